// What comes into a conversation while it is open: what one reads stays where it is, or the field that one types in.
// #case-arrived says that there is something new, until that has been before one's eyes. Forms that don't fit the case any
// more are replaced by those that do ([data-outdated] asks for them), unless somebody is at them.
import { say } from "./announce.js";

const get = (id) => document.getElementById(id);
const top = (element) => element.getBoundingClientRect().top;
const entries = "#letters > li, #actions > *, #case-panel > *";

export function scrolls(element) {
  for (let up = element.parentElement; up; up = up.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(up).overflowY) && up.scrollHeight > up.clientHeight) return up;
  }
  return document.scrollingElement;
}

function attended() {
  const field = document.activeElement;
  if (field?.matches("textarea, select, input") && top(field) < innerHeight && field.getBoundingClientRect().bottom > 0) return field;
  const entry = [...document.querySelectorAll(entries)].find((each) => each.getBoundingClientRect().bottom > 80);
  return entry && scrolls(entry).scrollTop > 0 && entry; // at the very top one reads what stands above all entries
}

let kept;
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  kept = undefined;
  if (!get("letters") || ctx.sourceElement?.dataset?.earlier) return;
  for (const { fragment, swapSpec } of tasks) { // a reply and the news of it may bring the same entry
    const outdated = fragment.querySelector("[data-was]");
    if (outdated && outdated.dataset.was !== get("was")?.value) outdated.remove(); // one's own form was answered meanwhile
    if ((swapSpec?.style ?? swapSpec) === "beforeend") fragment.querySelectorAll("li[id]").forEach((entry) => get(entry.id) && entry.remove());
  }
  const element = attended();
  kept = element ? { element, top: top(element) } : undefined;
});

const watch = new IntersectionObserver((seen) => {
  if (!seen.some((each) => each.isIntersecting)) return;
  watch.disconnect();
  get("thread-seen").value = get("thread-last").value;
  get("case-arrived").dataset.met = "";
}, { rootMargin: "0px 0px -32px" });

document.addEventListener("htmx:after:swap", () => {
  if (kept?.element.isConnected) scrolls(kept.element).scrollTop += top(kept.element) - kept.top;
  kept = undefined;
  const first = get("arrived") && document.querySelector(get("arrived").hash);
  if (first) {
    delete get("case-arrived").dataset.met;
    watch.disconnect();
    watch.observe(first);
    if (first.getBoundingClientRect().bottom < 0) say(get("arrived").textContent); // above, where the bar is, too
  }
  const forms = get("actions");
  const link = document.querySelector("[data-outdated]");
  if (!link || forms?.contains(document.activeElement) || forms?.querySelector(".upload-file")) return;
  if ([...(forms?.querySelectorAll("textarea") ?? [])].some((field) => field.value)) return;
  link.removeAttribute("data-outdated");
  link.click();
});
