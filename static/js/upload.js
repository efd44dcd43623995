// [data-upload=URL]: files go up as they are chosen (or dropped, or pasted: drop.js), each with its progress; the form then
// carries their ids. What fails can be tried again. Its words are data-say-… and data-label-…, the look of an
// entry is the template inside.
import { say } from "./announce.js";
import { send } from "./uploading.js";

const words = (box, what, name = "") => (box.dataset["say" + what] ?? "").replace("{name}", name);
const size = new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
const waiting = new WeakMap(); // by form: the button that was pressed while files were under way

const labelled = (box, entry, does, what) => entry.querySelector(`[data-upload-${does}]`).setAttribute("aria-label", (box.dataset["label" + what] ?? "").replace("{name}", entry.file.name));

export function take(box, files) {
  for (const file of files) {
    const list = box.querySelector(".uploads");
    if (list.querySelectorAll(".upload-file:not([data-failed])").length >= (Number(box.dataset.uploadLimit) || Infinity)) return say(words(box, "TooMany"), "alert");
    if (file.size > (Number(box.dataset.uploadMax) || Infinity)) {
      say(words(box, "TooLarge", file.name), "alert");
      continue;
    }
    const entry = box.querySelector("template").content.firstElementChild.cloneNode(true);
    entry.file = file;
    labelled(box, entry, "retry", "Retry");
    list.append(entry);
    begin(box, entry);
  }
}

async function begin(box, entry) {
  const [bar, retry] = [entry.querySelector("progress"), entry.querySelector("[data-upload-retry]")];
  delete entry.dataset.failed;
  entry.dataset.underway = "";
  entry.querySelector(".upload-name").textContent = entry.file.name;
  entry.querySelector(".upload-size").textContent = size.format(Math.max(entry.file.size / 1e6, 0.1));
  Object.assign(bar, { hidden: false, value: 0 });
  retry.hidden = true;
  labelled(box, entry, "remove", "Cancel");
  say(words(box, "Uploading", entry.file.name));
  const { id, error, again } = await send(box, entry, (percent) => (bar.value = percent));
  delete entry.dataset.underway;
  bar.hidden = true;
  labelled(box, entry, "remove", "Remove");
  if (id) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: box.dataset.uploadName ?? "file", value: id });
    entry.append(field);
    say(words(box, "Done", entry.file.name));
    field.dispatchEvent(new Event("input", { bubbles: true })); // what the form holds is another now
  } else if (entry.isConnected) {
    const reason = error || words(box, "Failed", entry.file.name);
    entry.dataset.failed = "";
    entry.querySelector(".upload-name").textContent = reason;
    entry.querySelector(".upload-size").textContent = "";
    retry.hidden = !again;
    say(reason, "alert");
  }
  const form = box.closest("form");
  if (!waiting.has(form) || box.querySelector("[data-underway]")) return;
  const button = waiting.get(form);
  waiting.delete(form);
  form.requestSubmit(button?.isConnected ? button : null);
}

// A form that is sent while files are under way waits for them; one whose files failed asks what to do about that.
document.addEventListener("submit", (event) => {
  const box = event.target.querySelector("[data-upload]");
  if (!box || event.submitter?.hasAttribute("formnovalidate")) return;
  const failed = box.querySelector("[data-failed]");
  if (!failed && !box.querySelector("[data-underway]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (failed) return say(words(box, "Left", failed.file.name), "alert");
  waiting.set(event.target, event.submitter);
  say(words(box, "Wait"));
}, true);

document.addEventListener("change", (event) => {
  const box = event.target.type === "file" && event.target.closest("[data-upload]");
  if (!box) return;
  event.stopPropagation(); // the files themselves are no answer yet
  take(box, [...event.target.files]);
  event.target.value = "";
}, true);
document.addEventListener("click", (event) => {
  const entry = event.target.closest("[data-upload-remove], [data-upload-retry]")?.closest(".upload-file");
  const box = entry?.closest("[data-upload]");
  if (!box) return;
  event.preventDefault(); // without scripts the button sends the form
  if (event.target.closest("[data-upload-retry]")) {
    entry.querySelector("[data-upload-remove]").focus();
    return begin(box, entry);
  }
  const name = entry.file?.name ?? entry.querySelector(".upload-name").textContent;
  const id = entry.querySelector("input[type=hidden]")?.value;
  if (id && box.dataset.uploadRemoval) {
    const csrf = box.closest("form").elements.csrf?.value ?? "";
    fetch(box.dataset.uploadRemoval.replace("{id}", id), { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ csrf }) }).catch(() => {});
  }
  const was = "underway" in entry.dataset ? "Cancelled" : "Removed";
  entry.remove();
  entry.abort?.();
  const pick = box.querySelector("input[type=file]");
  pick.focus();
  pick.dispatchEvent(new Event("input", { bubbles: true }));
  say(words(box, was, name));
});
