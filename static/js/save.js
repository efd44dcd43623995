// form[data-save]: Ctrl+S, on a Mac ⌘S, saves it: the form that one is in, or the page's only one. It goes out as if its
// button had been pressed, so what is wrong is said in the same way.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const forms = [...document.querySelectorAll("form[data-save]")];
  const form = document.activeElement?.closest?.("form[data-save]") ?? (forms.length === 1 ? forms[0] : null);
  if (!form || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (!event.repeat) form.requestSubmit(form.querySelector("button:not([formaction], [type=button])"));
});
