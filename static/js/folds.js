// details[data-folds]: folded out, it stays so as the page follows answers: what is sent anew may open it, and doesn't close it.
import htmx from "htmx.org";

htmx.registerExtension("folds", {
  htmx_before_morph_attr: (element, { attrName, newValue }) =>
    !(attrName === "open" && newValue === null && element.matches("details[data-folds]")),
});
