// data-keep="KEY": what is typed survives a refresh of its part, a reload and a detour, until it is sent or the tab is
// closed. The key names person and place, as another person may sign in after this one.
import { each } from "./each.js";

const name = (field) => "keep:" + field.dataset.keep;
const forget = (form) => form.querySelectorAll("[data-keep]").forEach((field) => {
  sessionStorage.removeItem(name(field));
  field.dataset.sent = "";
});

each("[data-keep]", (field) => {
  const kept = sessionStorage.getItem(name(field));
  if (!kept || field.value) return;
  field.value = kept;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.keep) return;
  if (target.value) sessionStorage.setItem(name(target), target.value);
  else sessionStorage.removeItem(name(target));
});
// A plain submit is answered by a page, which brings the text back if it was refused.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) forget(event.target);
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.("form");
  if (form && ctx.request.method !== "GET" && ctx.response.status < 400) forget(form);
});
