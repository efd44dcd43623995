// input[data-find]: Enter looks for what was typed, rather than sending the form that it stands in.
document.addEventListener("keypress", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input[data-find]")) return;
  event.preventDefault();
  event.target.dispatchEvent(new Event("change", { bubbles: true }));
});
