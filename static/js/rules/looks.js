// How the editor looks: the page's own tokens, which reach into its shadow root, in light, dark and high contrast.
import { EditorView } from "@codemirror/view";

const floating = { color: "var(--text)", backgroundColor: "var(--surface-raised)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", boxShadow: "var(--shadow)" };
const under = (line) => ({ backgroundImage: "none", paddingBottom: "0", textDecoration: `underline ${line}`, textDecorationSkipInk: "none", textUnderlineOffset: "0.25em" });

export const looks = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent", fontSize: "inherit" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontVariantLigatures: "none", lineHeight: "1.6", maxHeight: "60vh" },
  ".cm-content": { padding: "0.5rem 0", minHeight: "4.2em", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 0.75rem" },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": { backgroundColor: "var(--surface-selected)", outline: "1px solid var(--accent-edge)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  ".cm-placeholder": { color: "var(--text-quiet)" },
  ".word": { color: "var(--accent)", fontWeight: "600" },
  ".value": { color: "var(--high-text)" },
  ".function": { color: "var(--accent-strong)" },
  ".name": { color: "var(--text)", fontWeight: "600" },
  ".operator": { color: "var(--text-quiet)" },

  ".cm-lintRange-error": under("wavy var(--critical) 1px"),
  ".cm-lintRange-info": under("dotted var(--high) 2px"),
  ".cm-lintRange-hint": under("dotted var(--line-control) 1px"),
  ".cm-lintRange-active": { backgroundColor: "var(--critical-surface)" },
  ".cm-lintPoint:after": { borderBottomColor: "var(--critical)" },

  ".cm-tooltip": { ...floating, fontFamily: "var(--font, inherit)", fontSize: "0.8125rem", lineHeight: "1.45", maxWidth: "min(34rem, 94vw)" },
  ".cm-tooltip-lint": { padding: "0", overflow: "hidden" },
  ".cm-diagnostic": { padding: "0.5rem 0.75rem", marginLeft: "0", borderLeft: "3px solid var(--line-control)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--critical)", backgroundColor: "var(--critical-surface)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--high)" },
  ".cm-diagnosticAction": { display: "inline-flex", alignItems: "center", minHeight: "1.75rem", padding: "0 0.625rem", margin: "0.375rem 0 0", font: "inherit", fontWeight: "500", color: "var(--text)", backgroundColor: "var(--surface-raised)", border: "1px solid var(--line-control)", borderRadius: "var(--radius)", cursor: "pointer" },
  ".cm-diagnosticAction:hover": { color: "var(--accent-strong)", borderColor: "var(--accent)" },

  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "17rem", minWidth: "min(18rem, 92vw)", maxWidth: "min(34rem, 92vw)", scrollbarWidth: "thin" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", alignItems: "baseline", gap: "0.75rem", padding: "0.25rem 0.625rem", lineHeight: "1.4", borderLeft: "3px solid transparent" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--text)", backgroundColor: "var(--surface-selected)", borderLeftColor: "var(--accent)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)", whiteSpace: "nowrap" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700", color: "var(--accent-strong)" },
  ".cm-completionDetail": { flex: "1", marginLeft: "0", minWidth: "0", textAlign: "right", fontStyle: "normal", color: "var(--text-quiet)", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  ".cm-completionInfo": { ...floating, padding: "0.625rem 0.75rem", width: "20rem", maxWidth: "92vw" },
  ".cm-completionInfo p": { margin: "0.25rem 0 0" },
  ".cm-completionInfo p:first-child": { margin: "0" },
  "@media (pointer: coarse)": {
    ".cm-scroller": { fontSize: "1rem" },
    ".cm-content": { minHeight: "2.75rem" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { minHeight: "2.75rem", alignItems: "center" },
    ".cm-diagnosticAction": { minHeight: "2.75rem" },
  },
});
