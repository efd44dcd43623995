// A row of tabs that is wider than the screen begins where the current one can be seen.
import { each } from "./each.js";

each(".tabs, .oneself-nav", (row) => {
  const current = row.querySelector("[aria-current]");
  if (current && row.scrollWidth > row.clientWidth) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
});
