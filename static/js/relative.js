// time[data-relative]: "2 h ago" stays true while the page is open. The words come from the browser, in the language of
// the page; beyond a week the date that the server wrote stands.
import { each } from "./each.js";

const words = new Intl.RelativeTimeFormat(document.documentElement.lang || undefined, { numeric: "auto", style: "short" });
const steps = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

function refresh(time) {
  const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
  if (Number.isNaN(seconds) || Math.abs(seconds) > 7 * 86_400) return;
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? steps.at(-1);
  // Seconds would only flicker.
  const text = unit === "second" ? words.format(0, "second") : words.format(Math.trunc(seconds / size), unit);
  if (time.textContent !== text) time.textContent = text;
}
each("time[data-relative]", refresh);
const all = () => document.querySelectorAll("time[data-relative]").forEach(refresh);
setInterval(() => document.hidden || all(), 30_000);
document.addEventListener("visibilitychange", () => document.hidden || all());
