// Files that are dropped on a form with [data-upload], or pasted into it, are taken as if they had been chosen there.
// [data-over] is set while they are dragged.
import { take } from "./upload.js";

const boxOf = (target) => target.closest?.("form")?.querySelector("[data-upload]");
const carries = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  const box = carries(event) && boxOf(event.target);
  if (!box) return;
  event.preventDefault();
  box.dataset.over = "";
});
for (const type of ["dragleave", "drop"]) {
  document.addEventListener(type, () => document.querySelectorAll("[data-over]").forEach((box) => delete box.dataset.over));
}
document.addEventListener("drop", (event) => {
  const box = carries(event) && boxOf(event.target);
  if (!box) return;
  event.preventDefault();
  take(box, [...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const box = event.clipboardData?.files.length && boxOf(event.target);
  if (!box) return;
  event.preventDefault();
  take(box, [...event.clipboardData.files]);
});
