// How a condition is coloured: facts and shared names, values, words, operators. What is wrong is for the server to say.
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const words = /^(?:and|or|not|in|contains|startsWith|endsWith|matches)$/;

const language = StreamLanguage.define({
  name: "condition",
  startState: () => ({ quote: "" }),
  token(stream, state) {
    if (!state.quote && stream.eatSpace()) return null;
    if (!state.quote && stream.match(/^["'`]/)) state.quote = stream.current();
    if (state.quote) {
      for (let c; (c = stream.next()); ) {
        if (c === "\\" && state.quote !== "`") stream.next();
        else if (c === state.quote) {
          state.quote = "";
          break;
        }
      }
      if (state.quote !== "`") state.quote = ""; // a text ends with its line
      return "string";
    }
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_.]*/u)) {
      const name = stream.current();
      if (words.test(name)) return "keyword";
      if (name === "true" || name === "false") return "bool";
      if (stream.match(/^\s*\(/, false)) return "function";
      return name.includes(".") || /^(?:item|type|services|families)$/.test(name) ? "fact" : "name";
    }
    if (stream.match(/^\d[\d.]*/)) return "number";
    if (stream.match(/^(?:==|!=|<=|>=|&&|\|\||[<>+\-*/%!])/)) return "operator";
    stream.next();
    return "punctuation";
  },
  tokenTable: { fact: tags.propertyName, name: tags.variableName, function: tags.function(tags.variableName) },
  languageData: { closeBrackets: { brackets: ["(", "[", '"'] } },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, class: "fact" },
  { tag: tags.variableName, class: "name" },
  { tag: tags.function(tags.variableName), class: "function" },
  { tag: [tags.keyword, tags.bool], class: "word" },
  { tag: [tags.string, tags.number], class: "value" },
  { tag: [tags.operator, tags.punctuation], class: "operator" },
]);

export const condition = [language, syntaxHighlighting(colours)];
