// data-once: a plain form goes out once, however often its button is pressed. The button isn't disabled: that would
// take the focus from it, and its value from the form. With htmx, hx-sync does the same.
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.hasAttribute("data-once")) return;
  if (Date.now() - (sent.get(form) ?? 0) < 5000) event.preventDefault();
  else sent.set(form, Date.now());
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-once]").forEach((form) => sent.delete(form));
});
