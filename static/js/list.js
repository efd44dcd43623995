// [data-list]: arrows (or j and k) go from row to row, Home and End to the first and last; Enter is the link's own.
// [data-letters]: j and k go from letter to letter where no list has the focus.
const rows = (list) => [...list.querySelectorAll("a.row, td.c-main > a, .rule-list > li > a, :scope > li > a")];

function step(all, current, key) {
  const at = all.indexOf(current);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  return key === "ArrowDown" || key === "j" ? all[Math.min(at + 1, all.length - 1)] : all[Math.max(at - 1, 0)];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (!["ArrowDown", "ArrowUp", "j", "k", "Home", "End"].includes(event.key)) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const letter = event.key === "j" || event.key === "k";
  let list = event.target.closest("[data-list]");
  let all, current;
  if (list) {
    all = rows(list);
    current = event.target;
  } else if (letter && document.querySelector("[data-letters]")) {
    all = [...document.querySelectorAll("[data-letters] > .letter")];
    all.forEach((each) => (each.tabIndex = -1));
    current = event.target.closest(".letter");
  } else if (letter && (list = document.querySelector("[data-list]"))) {
    all = rows(list);
    current = list.querySelector("[aria-current]");
  } else return;
  const next = step(all, current, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
});
