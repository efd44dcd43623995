// [data-two-lists]: what can be moved from one list to the other by a button (each [data-item] has one, [data-move]) can be
// dragged there too, and moved by keys: up and down go through a list, right and left move, as Delete does.
let dragged;
const sideOf = (element) => element?.closest?.("[data-two-lists] [data-side]");
const leave = () => document.querySelectorAll("[data-over]").forEach((side) => delete side.dataset.over);

document.addEventListener("dragstart", (event) => {
  dragged = sideOf(event.target) && event.target.closest?.("[data-item]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id);
  event.dataTransfer.setDragImage(dragged, 16, 16);
});
document.addEventListener("dragover", (event) => {
  const side = dragged && sideOf(event.target);
  leave();
  if (!side || side.contains(dragged)) return;
  event.preventDefault();
  side.dataset.over = "";
});
document.addEventListener("drop", (event) => {
  const side = dragged && sideOf(event.target);
  leave();
  if (!side || side.contains(dragged)) return;
  event.preventDefault();
  dragged.querySelector("[data-move]").click();
});
document.addEventListener("dragend", () => (leave(), (dragged = null)));

document.addEventListener("keydown", (event) => {
  const button = event.target.closest?.("[data-move]");
  const side = button && sideOf(button);
  if (!side || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const move = side.dataset.side === "from" ? ["ArrowRight"] : ["ArrowLeft", "Delete", "Backspace"];
  const all = [...side.querySelectorAll("[data-move]")];
  const next = { ArrowDown: all[all.indexOf(button) + 1], ArrowUp: all[all.indexOf(button) - 1] }[event.key];
  if (move.includes(event.key)) button.click();
  else if (next) next.focus();
  else return;
  event.preventDefault();
});
