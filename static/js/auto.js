// form[data-auto]: filters apply as they are changed; while one types a search, after a short rest.
const resting = new WeakMap();
const send = (form) => {
  clearTimeout(resting.get(form));
  form.requestSubmit();
};
document.addEventListener("change", ({ target }) => {
  const form = target.closest("form[data-auto]");
  if (form && target.type !== "search") send(form);
});
document.addEventListener("input", ({ target }) => {
  const form = target.type === "search" && target.closest("form[data-auto]");
  if (!form) return;
  clearTimeout(resting.get(form));
  resting.set(form, setTimeout(send, 350, form));
});
