// form[data-suggests]: what is found while one types, as a combobox with a list: arrows choose, Enter goes to what is chosen, or
// to the page of all that is found; Escape closes the list.
const form = document.querySelector("[data-suggests]");
const input = form?.elements.q;
const list = form?.querySelector("[role=listbox]");
const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function show(open) {
  choose(null);
  list.hidden = !open;
  input.ariaExpanded = String(open);
}

if (form) {
  Object.assign(input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.sourceElement === input) show(list.children.length > 0 && document.activeElement === input);
  });
  input.addEventListener("focus", () => list.children.length && input.value && show(true));
  input.addEventListener("keydown", (event) => {
    const down = event.key === "ArrowDown", all = options(), current = chosen();
    if (event.isComposing || !all.length) return;
    if (down || event.key === "ArrowUp") {
      if (list.hidden) show(true);
      const at = all.indexOf(current) + (down ? 1 : -1);
      choose(at === -2 ? all.at(-1) : all[at]); // before the first and after the last is what was typed
    } else if (event.key === "Enter" && current) current.click();
    else if (event.key === "Escape" && !list.hidden) show(false);
    else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", ({ relatedTarget }) => form.contains(relatedTarget) || show(false));
}
