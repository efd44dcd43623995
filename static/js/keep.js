// data-keep="KEY": what is typed survives a refresh of its part, a reload and a detour, until it is sent, kept as a draft,
// or the tab is closed. The key names person and place, as another person may sign in after this one. Beside the text
// stands the draft it was typed into: where another window has kept another since, that one is not overwritten.
import { each } from "./each.js";

const name = (field) => "keep:" + field.dataset.keep;
const draft = (field) => field.form?.elements.draft;
const kept = (field) => {
  try {
    return JSON.parse(sessionStorage.getItem(name(field)));
  } catch {
    return null;
  }
};
const forget = (form, sent) => form.querySelectorAll("[data-keep]").forEach((field) => {
  if (sent === undefined || sent.get(field.name) === field.value) sessionStorage.removeItem(name(field));
});

each("[data-keep]", (field) => {
  const { text, mark } = kept(field) ?? {};
  if (!text || text === field.value) return;
  field.value = text;
  if (draft(field)) draft(field).value = mark;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.keep) return;
  if (target.value) sessionStorage.setItem(name(target), JSON.stringify({ text: target.value, mark: draft(target)?.value ?? "" }));
  else sessionStorage.removeItem(name(target));
});
// A plain submit is answered by a page, which brings the text back if it was refused.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) forget(event.target);
});
// A draft keeps what was sent for it: by then more may have been typed.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const source = ctx.sourceElement;
  const form = source?.closest?.("form");
  if (!form || ctx.request.method === "GET" || ctx.response.status >= 400) return;
  if (source === form || source.matches("[data-forget]")) forget(form);
  else if (source.matches("[data-draft]")) forget(form, ctx.request.body);
});
