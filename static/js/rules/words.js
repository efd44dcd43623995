// What can stand where one types: facts with what the forms ask, the choices of the fact at hand, operators that fit it,
// functions and shared names. The words come from the server once a page, in the reader's language.
const fetched = new Map();

export function wordsFrom(address) {
  if (!fetched.has(address)) {
    const words = fetch(address).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    words.then((found) => found || fetched.delete(address)); // the next one may be luckier
    fetched.set(address, words);
  }
  return fetched.get(address);
}

const path = "[\\p{L}_][\\p{L}\\p{N}_.]*";
const before = new RegExp(`(${path})\\s*(?:==|!=|<=|>=|<|>|(?:not\\s+)?in|contains|startsWith|endsWith)\\s*(?:\\[[^\\]]*)?$`, "u");
const after = new RegExp(`^["'\`]?\\s*(?:==|!=|(?:not\\s+)?in)\\s*(${path})`, "u");
const word = /[\p{L}_][\p{L}\p{N}_.]*$/u;

// opened is where the text begins in which a place stands; -1 for none.
function opened(source) {
  let quote = "", at = -1;
  for (let i = 0; i < source.length; i++) {
    if (quote && source[i] === "\\" && quote !== "`") i++;
    else if (quote) quote = source[i] === quote ? "" : quote;
    else if (`"'\``.includes(source[i])) [quote, at] = [source[i], i];
  }
  return quote ? at : -1;
}

const kind = (type) => (type === "int" || type === "float" ? "number" : type);

export function complete(words) {
  const fact = (name) => words.facts.find((f) => f.text === name);

  // A choice is written with its quotes; those that stand already are written over, and what is to follow comes after.
  const choice = (c, i, quoted, then = "") => ({
    label: c.value,
    displayLabel: (quoted ? `"${c.value}"` : c.value) + then,
    detail: c.says || "",
    type: "choice",
    boost: -i / 100,
    apply(view, _, from, to) {
      const text = JSON.stringify(c.value) + then;
      const end = !quoted && /["'`]/.test(view.state.sliceDoc(to, to + 1)) ? to + 1 : to;
      view.dispatch({ changes: { from: quoted ? from : from - 1, to: end, insert: text }, selection: { anchor: (quoted ? from : from - 1) + text.length }, userEvent: "input.complete" });
    },
  });
  const choices = (f, quoted) => (f?.choices ?? []).map((c, i) => choice(c, i, quoted));
  const members = () => words.facts.filter((f) => f.type === "list").flatMap((f) => (f.choices ?? []).map((c, i) => choice(c, i, false, ` in ${f.text}`)));

  const help = (text) => text && (() => Object.assign(document.createElement("p"), { textContent: text }));

  const about = (f) => () => {
    const box = document.createElement("div");
    const add = (name, text) => text && (box.appendChild(document.createElement(name)).textContent = text);
    add("strong", f.says);
    add("p", f.help);
    add("p", [f.typed, f.forms && `${words.asked} ${f.forms}`].filter(Boolean).join(" · "));
    if (f.choices?.length) add("p", `${words.choices}${f.choices.slice(0, 12).map((c) => c.says || c.value).join(", ")}${f.choices.length > 12 ? "…" : ""}`);
    return box;
  };

  const names = () => [
    ...words.facts.map((f, i) => ({ label: f.text, detail: f.says, type: "fact", info: about(f), boost: 2 - i / 100 })),
    ...words.names.map((n) => ({ label: n.text, detail: n.code, type: "name", boost: 3 })),
    ...words.functions.map((f) => ({ label: f.text, info: help(f.help), type: "function", apply: `${f.text}(`, boost: -1 })),
    ...words.operators.filter((o) => o.text === "not").map((o) => ({ label: "not", detail: o.says, info: help(o.help), type: "word", boost: 1 })),
    ...words.constants.map((c) => ({ label: c.text, detail: c.says, type: "word", boost: -2 })),
  ];

  const operators = (type) => words.operators
    .filter((o) => o.of?.split(" ").includes(type))
    .map((o, i) => ({ label: o.text, detail: o.says, info: help(o.help), type: "operator", apply: `${o.text} `, boost: -i / 100 }));

  return (context) => {
    const source = context.state.sliceDoc(0, context.pos);
    const start = opened(source);
    if (start >= 0) {
      const named = source.slice(0, start).match(before)?.[1] ?? context.state.sliceDoc(context.pos).replace(/^[^"'`]*/, "").match(after)?.[1];
      const options = named ? choices(fact(named)) : members();
      return options.length ? { from: start + 1, options, validFor: /^[^"'`]*$/ } : null;
    }
    const typed = source.match(word)?.[0] ?? "";
    const from = context.pos - typed.length;
    const led = source.slice(0, from);
    if (!typed && !context.explicit && !/\s$|\($/.test(led)) return null;

    const compared = fact(led.match(before)?.[1]);
    const spoken = led.match(new RegExp(`(${path}|["'\`\\])])\\s+$`, "u"))?.[1] ?? "";
    const f = fact(spoken);
    const named = words.names.some((n) => n.text === spoken);
    if (f || named) {
      return { from, options: operators(f ? kind(f.type) : "bool"), validFor: /^[\p{L}=!<>]*$/u };
    }
    if (/["'`\])]$/.test(spoken)) {
      const text = /["'`]$/.test(spoken) && !led.trimEnd().slice(0, -1).match(before) && !/\[[^\]]*$/.test(led);
      const list = text ? words.operators.filter((o) => o.text.endsWith("in")).map((o) => ({ label: o.text, detail: o.says, info: help(o.help), type: "operator", apply: `${o.text} ` })) : [];
      return { from, options: [...list, ...operators("bool")], validFor: /^[\p{L}]*$/u };
    }
    const own = compared ? choices(compared, true) : [];
    return { from, options: [...own, ...names()], validFor: /^[\p{L}\p{N}_.]*$/u };
  };
}
