// [data-upload=URL]: files go up as they are chosen, dropped on the form or pasted into it, each with its progress; the
// form then carries their ids. Its words are data-say-…, the look of an entry is the template inside.
import { say } from "./announce.js";
import { freshen } from "./fresh.js";
import { signedOut } from "./session.js";

// By box, which outlives a refresh of its form (hx-preserve): how many are under way, and what was pressed meanwhile.
const waiting = new WeakMap();
const words = (box, what, name = "") => (box.dataset["say" + what] ?? "").replace("{name}", name);
const size = new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });

function send(box, file, again = false) {
  const list = box.querySelector(".uploads");
  if (list.children.length >= (Number(box.dataset.uploadLimit) || Infinity)) return say(words(box, "TooMany"), "alert");
  if (file.size > (Number(box.dataset.uploadMax) || Infinity)) return say(words(box, "TooLarge", file.name), "alert");

  const entry = box.querySelector("template").content.firstElementChild.cloneNode(true);
  const bar = entry.querySelector("progress");
  entry.querySelector(".upload-name").textContent = file.name;
  entry.querySelector(".upload-size").textContent = size.format(Math.max(file.size / 1e6, 0.1));
  entry.querySelector("[data-upload-remove]").setAttribute("aria-label", (box.dataset.labelRemove ?? "").replace("{name}", file.name));
  list.append(entry);
  say(words(box, "Uploading", file.name));

  const token = box.closest("form").elements.csrf?.value ?? "";
  const body = new FormData();
  body.append("csrf", token);
  body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.upload);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRF-Token", token);
  request.responseType = "json";
  request.upload.onprogress = (event) => (bar.value = (100 * event.loaded) / event.total);
  request.onloadend = () => {
    bar.remove();
    if (request.status === 401) signedOut();
    else if (request.status === 403 && freshen(request.getResponseHeader("X-CSRF-Token")) && !again) {
      entry.remove();
      send(box, file, true);
    } else if (request.status >= 200 && request.status < 300 && request.response?.id) arrived(box, entry, request.response, file);
    else if (entry.isConnected) failed(box, entry, request.response?.error || words(box, "Failed", file.name));
    under(box, -1);
  };
  entry.abort = () => request.abort();
  under(box, +1);
  request.send(body);
}

function arrived(box, entry, answer, file) {
  const id = document.createElement("input");
  Object.assign(id, { type: "hidden", name: box.dataset.uploadName ?? "file", value: answer.id });
  entry.append(id);
  say(words(box, "Done", file.name));
}

function failed(box, entry, reason) {
  entry.dataset.failed = "";
  entry.querySelector(".upload-name").textContent = reason;
  entry.querySelector(".upload-size").textContent = "";
  say(reason, "alert");
}

// A form that is sent while files are under way waits for them.
function under(box, change) {
  const state = waiting.get(box) ?? { count: 0 };
  state.count += change;
  waiting.set(box, state);
  if (state.count > 0 || !state.pressed) return;
  const { button } = state.pressed;
  state.pressed = null;
  box.closest("form")?.requestSubmit(button?.isConnected ? button : null);
}
document.addEventListener("submit", (event) => {
  const box = event.target.querySelector("[data-upload]");
  const state = waiting.get(box);
  if (!state?.count) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  state.pressed = { button: event.submitter };
  say(words(box, "Wait"));
}, true);

const take = (box, files) => [...files].forEach((file) => send(box, file));
document.addEventListener("change", (event) => {
  const box = event.target.type === "file" && event.target.closest("[data-upload]");
  if (!box) return;
  event.stopPropagation(); // the files themselves are no answer yet
  take(box, event.target.files);
  event.target.value = "";
}, true);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-upload-remove]");
  const entry = button?.closest(".upload-file");
  const box = entry?.closest("[data-upload]");
  if (!box) return;
  event.preventDefault(); // without scripts the button sends the form
  const name = entry.querySelector(".upload-name").textContent;
  const id = entry.querySelector("input[type=hidden]")?.value;
  if (id && box.dataset.uploadRemoval) {
    const token = box.closest("form").elements.csrf?.value ?? "";
    fetch(box.dataset.uploadRemoval.replace("{id}", id), { method: "POST", headers: { "X-CSRF-Token": token, Accept: "application/json" }, body: new URLSearchParams({ csrf: token }) }).catch(() => {});
  }
  entry.abort?.();
  entry.remove();
  box.querySelector("input[type=file]").focus();
  say(words(box, "Removed", name));
});

const boxOf = (target) => target.closest?.("form")?.querySelector("[data-upload]");
const carries = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  const box = carries(event) && boxOf(event.target);
  if (!box) return;
  event.preventDefault();
  box.dataset.over = "";
});
for (const type of ["dragleave", "drop"]) {
  document.addEventListener(type, () => document.querySelectorAll("[data-over]").forEach((box) => delete box.dataset.over));
}
document.addEventListener("drop", (event) => {
  const box = carries(event) && boxOf(event.target);
  if (!box) return;
  event.preventDefault();
  take(box, event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  const box = event.clipboardData?.files.length && boxOf(event.target);
  if (!box) return;
  event.preventDefault();
  take(box, event.clipboardData.files);
});
