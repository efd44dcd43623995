// The two live regions: what is put into them is read out, shows for a while, and goes. A click sends it away at once.
// <body data-say-failed> holds the words for a request that got no answer.
const regions = ["status", "alert"].map((id) => document.getElementById(id)).filter(Boolean);
const timers = new Map();

export function say(words, role = "status") {
  const region = document.getElementById(role);
  if (region && words) region.textContent = words;
}

for (const region of regions) {
  const clear = () => region.replaceChildren();
  const watch = () => {
    clearTimeout(timers.get(region));
    if (!region.textContent.trim()) return;
    timers.set(region, setTimeout(clear, region.id === "alert" ? 20_000 : 7_000));
  };
  new MutationObserver(watch).observe(region, { childList: true, characterData: true, subtree: true });
  region.addEventListener("mouseenter", () => clearTimeout(timers.get(region)));
  region.addEventListener("mouseleave", watch);
  region.addEventListener("click", (event) => event.target.closest("a, button") || clear());
  watch();
}

document.addEventListener("htmx:error", ({ detail }) => {
  // A refresh that nobody asked for fails in silence: the stream tells when it is back.
  // So does a draft: the part that keeps it says so.
  const quiet = detail.ctx?.request?.method === "GET" || detail.ctx?.sourceElement?.matches?.("[data-draft]");
  if (detail.ctx && !quiet) say(document.body.dataset.sayFailed, "alert");
});
