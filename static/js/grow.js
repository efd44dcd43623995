// textarea[data-grow]: grows with its text, where the browser doesn't do so by itself (field-sizing).
import { each } from "./each.js";

const fit = (area) => {
  area.style.blockSize = "auto";
  area.style.blockSize = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
};
if (!CSS.supports("field-sizing", "content")) {
  each("textarea[data-grow]", fit);
  document.addEventListener("input", ({ target }) => target.matches("textarea[data-grow]") && fit(target));
}
