// [data-draft=URL] in a form: what is filled in is kept on the server a moment after one stops, or every few seconds while
// one goes on, and at once when one turns away. The part itself says how that went; it is asked for by "draft". What can't
// be kept now is so when there is a connection again.
import { each } from "./each.js";

const rest = 1000;
const longest = 6000;
const due = new Map(); // drafts that wait to be kept, with when they began to, and their timer

const ask = (draft) => {
  clearTimeout(due.get(draft)?.timer);
  due.delete(draft);
  if (draft.isConnected) htmx.trigger(draft, "draft");
};
const later = (draft) => {
  const since = due.get(draft)?.since ?? Date.now();
  clearTimeout(due.get(draft)?.timer);
  due.set(draft, { since, timer: setTimeout(ask, Math.min(rest, Math.max(0, since + longest - Date.now())), draft) });
};
const changed = ({ target }) => {
  const draft = target.form?.querySelector("[data-draft]");
  if (draft && !target.readOnly) later(draft);
};
document.addEventListener("input", changed);
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const draft = target.form?.querySelector("[data-draft]");
  if (due.has(draft) && !target.form.contains(relatedTarget)) ask(draft);
});
// What was brought back as the page came up was put there before anybody listened.
each("[data-keep]", (field) => field.value !== field.defaultValue && changed({ target: field }));

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  for (const [draft, { timer }] of due) {
    clearTimeout(timer);
    due.delete(draft);
    if (!draft.isConnected) continue;
    const body = new URLSearchParams([...new FormData(draft.closest("form"))].filter(([, value]) => typeof value === "string"));
    fetch(draft.dataset.draft, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true", "HX-Request-Type": "partial" } }).catch(() => later(draft));
  }
});
// Once the form itself goes, there is nothing to be kept any more; if it comes back, typing goes on.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const draft = ctx.sourceElement?.matches?.("form") && ctx.sourceElement.querySelector("[data-draft]");
  if (draft) clearTimeout(due.get(draft)?.timer), due.delete(draft);
});
document.addEventListener("htmx:error", ({ target }) => {
  if (!target.matches?.("[data-draft]")) return;
  const said = target.querySelector(".draft-kept > span, .complaint") ?? target.appendChild(Object.assign(document.createElement("p"), { className: "complaint" }));
  said.textContent = target.dataset.sayOffline;
  addEventListener("online", () => later(target), { once: true });
});
// [data-draft-join=MARK]: puts what another window has kept below what was typed here, and goes on from both.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-draft-join]");
  if (!button) return;
  const form = button.form;
  const field = form.querySelector("[data-keep]");
  field.value = [field.value.trimEnd(), form.querySelector(".draft-other textarea").value].filter(Boolean).join("\n\n");
  form.elements.draft.value = button.dataset.draftJoin;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  ask(form.querySelector("[data-draft]"));
});
