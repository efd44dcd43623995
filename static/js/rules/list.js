// The list of rules beside the editor: the current one is in sight, and [data-find-rule] leaves only those in it that have
// the words.
import { each } from "../each.js";

each(".workbench-list", (list) => {
  const current = list.querySelector(".rule-list [aria-current]");
  if (!current || list.scrollHeight <= list.clientHeight) return;
  const { top, bottom } = current.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  const head = list.querySelector(".list-head").offsetHeight;
  if (top < box.top + head || bottom > box.bottom) list.scrollTop += top - box.top - list.clientHeight / 3;
});

const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function find(field) {
  const words = bare(field.value).split(/\s+/).filter(Boolean);
  for (const item of document.querySelectorAll(".workbench-list .rule-list > li")) {
    const text = bare(item.textContent);
    item.hidden = !words.every((word) => text.includes(word));
  }
}
each("[data-find-rule]", (field) => field.value && find(field)); // the list has come anew
document.addEventListener("input", ({ target }) => target.matches?.("[data-find-rule]") && find(target));
