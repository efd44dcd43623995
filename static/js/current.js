// a[data-current]: what it brings beside its list is open: it is marked there, and what was open before is not any more.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const link = ctx.sourceElement;
  if (!link?.matches?.("a[data-current]") || ctx.response?.status !== 200) return;
  document.querySelectorAll("a[data-current][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  link.setAttribute("aria-current", "true");
});
