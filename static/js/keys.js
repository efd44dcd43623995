// [data-key=X]: the key X presses a button or link, or goes to a field. "/" goes to the search of the page's own
// list, [data-search=list], or else to that of every page. No key
// does anything while one types, or together with Ctrl, Alt or Command, or while a dialog is open.
const typing = (element) => element.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && event.target.matches("[data-search], [data-key]")) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const target = event.key === "/"
    ? document.querySelector("[data-search=list]") ?? document.querySelector("[data-search]")
    : [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === event.key && element.checkVisibility());
  if (!target) return;
  event.preventDefault();
  if (typing(target)) {
    target.focus();
    if (target.select && target.hasAttribute("data-search")) target.select();
    target.scrollIntoView({ block: "nearest" });
  } else target.click();
});
