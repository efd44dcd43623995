// [data-tree]: up and down go through the accounts that show, right opens what is below or goes there, left closes it or
// goes up; Home and End to the first and last. Enter is the link's own.
const links = (tree) => [...tree.querySelectorAll(".tree-row > a")].filter((link) => link.checkVisibility());
const fold = (link) => link.closest("li").querySelector(":scope > .tree-fold");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("[data-tree] .tree-row > a");
  if (!link) return;
  const all = links(link.closest("[data-tree]"));
  const at = all.indexOf(link);
  const below = fold(link);
  const to = {
    ArrowDown: () => all[at + 1],
    ArrowUp: () => all[at - 1],
    Home: () => all[0],
    End: () => all.at(-1),
    ArrowRight() {
      if (below?.open) return below.querySelector(".tree-row > a");
      if (below) below.open = true;
    },
    ArrowLeft() {
      if (!below?.open) return link.closest(".tree-fold")?.closest("li").querySelector(".tree-row > a");
      below.open = false;
    },
  }[event.key];
  if (!to) return;
  event.preventDefault();
  to()?.focus();
});
