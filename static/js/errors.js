// data-focus-errors: a refused form leads its reader to what is wrong: the summary of errors, or the first field that
// complains; after a plain page load as after a swap.
function lead(root) {
  const form = root.matches?.("[data-focus-errors]") ? root : root.querySelector("[data-focus-errors]");
  const first = form?.querySelector(".errors, [aria-invalid='true']");
  if (!first) return;
  first.focus();
  first.scrollIntoView({ block: first.matches(".errors") ? "start" : "center" });
}
lead(document);
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.response?.status !== 422) return;
  const form = ctx.sourceElement?.closest?.("form");
  lead((form?.id && document.getElementById(form.id)) || document);
});

// A link of the summary puts the focus into the field it names, not just the page to it.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errors a[href^='#'], .checklist a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea, button") ? field : field.querySelector("input, select, textarea") ?? field;
  control.focus({ preventScroll: true });
  (field.closest(".question") ?? field).scrollIntoView({ block: "center" });
});
