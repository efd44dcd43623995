// A part that fetches itself when #live hears a name, and gets no answer as the portal is away for a moment, would stay as
// it was: so all parts look again soon, and until they are answered.
const live = document.getElementById("live");
let later;

function failed({ detail: { ctx } }) {
  if (!live || ctx?.response?.status < 500 || !ctx?.sourceElement?.getAttribute("hx-trigger")?.includes("from:#live")) return;
  clearTimeout(later);
  later = setTimeout(() => {
    for (const name of new URL(live.dataset.live, location).searchParams.getAll("on")) htmx.trigger(live, name);
  }, 1_000 + Math.random() * 2_000);
}
document.addEventListener("htmx:response:error", failed);
document.addEventListener("htmx:error", failed);
