// What is typed in the editor and not saved is not lost by a click: who goes to another rule or page is asked first. An
// answer that brings the bench anew says what the form then holds, so nothing typed may shine through it.
const form = () => document.querySelector("#rule-form, #names-form");
const control = "input:not([type=hidden]), textarea, select";

// A refusal, or a rule put elsewhere, shows what was typed as it came; it is not saved for that.
function changed() {
  return form()?.hasAttribute("data-unsaved") || [...(form()?.querySelectorAll(control) ?? [])].some((field) => {
    if (field.matches("select")) return [...field.options].some((o) => o.selected !== o.defaultSelected) && field.selectedIndex !== Math.max(0, [...field.options].findIndex((o) => o.defaultSelected));
    return field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  });
}

let saving = false;
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#bench a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.hash && link.pathname === location.pathname && !link.search) return;
  if (!changed()) return;
  if (!confirm(document.getElementById("bench").dataset.leave)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else saving = true;
}, true);
document.addEventListener("submit", () => (saving = true), true);
addEventListener("beforeunload", (event) => {
  if (!saving && changed()) event.preventDefault();
});
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.id !== "bench") return;
  form()?.reset();
  saving = false;
});
