// each starts a behaviour on all elements that a selector finds, now and in whatever htmx brings later.
export function each(selector, start) {
  const within = (root) => {
    if (root.matches?.(selector)) start(root);
    root.querySelectorAll?.(selector).forEach(start);
  };
  within(document);
  document.addEventListener("htmx:after:process", (event) => within(event.target));
}
