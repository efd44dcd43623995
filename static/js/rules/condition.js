// textarea[data-condition=ID]: an editor of conditions stands in its place, in the element of that id: coloured, with
// completions, and with what the check says under the very characters. The textarea stays the form's value at all times,
// and what the check says stands below it for all: data-checked=ID. The editor lives in a shadow root, whose styles no
// policy forbids.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { nextDiagnostic, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
import { each } from "../each.js";
import { condition } from "./language.js";
import { looks } from "./looks.js";
import { complete, wordsFrom } from "./words.js";

const fromField = Annotation.define(); // what came from the textarea doesn't go back to it
const editors = new WeakMap(); // by textarea

const label = (field) => [...field.labels].map((l) => l.textContent.trim()).join(" ");

function begin(field, view) {
  const told = document.getElementById(field.dataset.checked);
  const state = EditorState.create({
    doc: field.value,
    extensions: [
      condition,
      looks,
      history(),
      bracketMatching(),
      closeBrackets(),
      EditorView.lineWrapping,
      placeholder(field.placeholder),
      autocompletion({ override: [async (context) => (await source(field))?.(context) ?? null], icons: false, tooltipClass: () => "words" }),
      tooltips({ tooltipSpace: seen }),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, { key: "F8", run: nextDiagnostic }, ...historyKeymap, ...defaultKeymap]),
      EditorState.phrases.of({ Completions: field.dataset.completions }),
      EditorView.contentAttributes.of({ "aria-label": label(field), "aria-multiline": "true", autocapitalize: "off", spellcheck: "false" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged || update.transactions.every((t) => t.annotation(fromField))) return;
        field.value = update.state.doc.toString();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    ],
  });
  view.setState(state);
  // Across the border of the shadow root, where the browser knows how.
  if (told && "ariaDescribedByElements" in view.contentDOM) view.contentDOM.ariaDescribedByElements = [told];
}

// keep takes over a text that was saved without the blanks around it: the cursor and what can be undone stay.
function keep(field, view) {
  const text = view.state.doc.toString();
  if (text === field.value) return;
  const from = text.length - text.trimStart().length;
  const to = from + text.trim().length;
  view.dispatch({ changes: [{ from: 0, to: from }, { from: to, to: text.length }], annotations: fromField.of(true) });
}

async function source(field) {
  const words = await wordsFrom(field.dataset.words);
  return words && complete(words);
}

// Completions keep clear of a keyboard on the screen.
function seen() {
  const { offsetLeft: left, offsetTop: top, width, height } = visualViewport ?? { offsetLeft: 0, offsetTop: 0, width: innerWidth, height: innerHeight };
  return { left, top, right: left + width, bottom: top + height };
}

// mark puts what the check says under the characters it speaks of, unless these have changed meanwhile.
function mark(field) {
  const view = editors.get(field);
  const told = document.getElementById(field.dataset.checked);
  if (!view || !told) return;
  const text = view.state.doc.toString();
  const led = text.length - text.trimStart().length;
  const places = (at) => at.split(" ").map((place) => place.split("-").map((n) => Math.min(led + Number(n), text.length)));
  const found = [];
  for (const problem of told.querySelectorAll(".caret-error[data-at]")) {
    const fix = problem.querySelector("[data-fix]");
    for (const [from, to] of places(problem.dataset.at)) {
      found.push({ from, to, severity: "error", message: problem.querySelector("[data-says]").textContent, actions: fix ? [{ name: fix.textContent, apply: () => mend(field, fix) }] : [] });
    }
  }
  for (const lean of told.querySelectorAll("[data-lean]")) {
    for (const [from, to] of places(lean.dataset.at)) found.push({ from, to, severity: lean.dataset.lean === "holds" ? "info" : "hint", message: lean.textContent });
  }
  found.sort((a, b) => a.from - b.from);
  field.ariaInvalid = found.some((f) => f.severity === "error") ? "true" : null;
  view.contentDOM.ariaInvalid = field.ariaInvalid;
  view.dispatch(setDiagnostics(view.state, found));
}

// mend takes a suggestion.
function mend(field, button) {
  const view = editors.get(field);
  const text = view.state.doc.toString();
  const led = text.length - text.trimStart().length;
  const [from, to] = button.dataset.fixAt.split("-").map((n) => Math.min(led + Number(n), text.length));
  const insert = button.dataset.fix;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.fix" });
  view.focus();
}

each("textarea[data-condition]", (field) => {
  const host = document.getElementById(field.dataset.condition);
  if (!host) return;
  let view = editors.get(field);
  if (!view?.dom.isConnected) {
    view = new EditorView({ parent: rootOf(host), root: host.shadowRoot });
    editors.set(field, view);
    begin(field, view);
    host.hidden = false;
  } else if (view.state.doc.toString().trim() !== field.value.trim()) begin(field, view); // another rule
  else keep(field, view);
  // The answer that brought the field knows nothing of its editor.
  field.dataset.edited = "";
  field.tabIndex = -1;
  field.ariaHidden = "true";
  mark(field);
});

function rootOf(host) {
  if (host.shadowRoot) {
    host.shadowRoot.replaceChildren();
    return host.shadowRoot;
  }
  // What is typed here is neither a key of the page nor the form's own input: the field tells that.
  host.addEventListener("keydown", (event) => event.ctrlKey || event.metaKey || event.stopPropagation());
  host.addEventListener("input", (event) => event.stopPropagation());
  return host.attachShadow({ mode: "open", delegatesFocus: true });
}

document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
  const told = ctx.target ?? target;
  const field = told?.id && document.querySelector(`textarea[data-checked="${CSS.escape(told.id)}"]`);
  if (field && field.value === ctx.typed?.get(field)) mark(field);
});
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  ctx.typed = new Map([...document.querySelectorAll("textarea[data-condition]")].map((field) => [field, field.value]));
});

document.addEventListener("click", (event) => {
  const fix = event.target.closest?.("[data-fix]");
  const told = fix?.closest("[hx-post][id]");
  const field = told && document.querySelector(`textarea[data-checked="${CSS.escape(told.id)}"]`);
  if (!field || !editors.has(field)) return;
  event.preventDefault();
  mend(field, fix);
}, true);

// The label, and whoever leads to what is wrong, mean the editor.
document.addEventListener("focusin", ({ target }) => editors.get(target)?.focus());
