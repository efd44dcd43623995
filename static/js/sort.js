// [data-sort-list] > [data-sort-item]: a list that can be dragged into order, in a form: what stands in it is sent as it then
// stands. form[data-sort] is sent at once. The buttons of each item do the same, by keyboard and without scripts.
import { each } from "./each.js";

each("[data-sort-list]", (list) => {
  if (list.sorted) return;
  list.sorted = true;
  let dragged = null;
  list.addEventListener("pointerdown", ({ target }) => {
    const item = target.closest("[data-sort-item]");
    // Words in a field are selected by the same gesture.
    if (item) item.draggable = !target.closest("input, button, a, select");
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-sort-item]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.dataset.dragged = "";
  });
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest("[data-sort-item]");
    if (!over || over === dragged || over.parentElement !== list) return;
    const { top, height } = over.getBoundingClientRect();
    over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    delete dragged.dataset.dragged;
    dragged = null;
    list.closest("form[data-sort]")?.requestSubmit();
  });
});
