// [data-clear=ID]: empties a part of the page, and puts the focus to where it was asked for: data-clear-to=ID.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-clear]");
  if (!button) return;
  document.getElementById(button.dataset.clearTo)?.focus();
  document.getElementById(button.dataset.clear)?.replaceChildren();
});
