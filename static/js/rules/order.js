// ol[data-order=FORM] > li[data-place]: rules that can be put elsewhere: by their grip, with a pointer of any kind, and by
// Alt with the arrows on the focused one. It goes where it is put at once, and the form asks for it once it rests there.
// The focus stays with the rule. Escape, or a refusal, puts it back.
let moving = null; // {item, list, home, grip, timer}

const places = (list) => [...list.querySelectorAll(":scope > li[data-place]")];

function lift(item, grip) {
  if (moving?.item === item) return clearTimeout(moving.timer);
  land();
  moving = { item, list: item.parentElement, home: item.nextSibling, grip };
  if (grip) item.dataset.lifted = "";
}

function drop(put) {
  if (!moving) return;
  const { item, list, home, timer } = moving;
  clearTimeout(timer);
  delete item.dataset.lifted;
  if (!put) list.insertBefore(item, home);
  moving = null;
}

// land asks for what was done. Its answer is the list as it then is, with other rules in the places' elements.
function land() {
  if (!moving) return;
  const { item, list, grip } = moving;
  const to = places(list).indexOf(item) + 1;
  const from = Number(item.dataset.place);
  const home = moving.home;
  drop(true);
  if (to === from) return;
  const form = document.getElementById(list.dataset.order);
  form.elements.from.value = from;
  form.elements.to.value = to;
  back = () => list.insertBefore(item, home);
  if (!grip || item.contains(document.activeElement)) follow = `rule-${to}-link`;
  form.requestSubmit();
}

// What was refused without a list to show stands where it stood.
let back = null;
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.id !== "order-form") return;
  if (!ctx.response || ctx.target?.id !== "bench") back?.();
  back = null;
});

let follow = null;
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.id !== "order-form" && ctx.target?.id !== "bench") return;
  const link = document.getElementById(follow);
  follow = null;
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && moving) return drop(false);
  if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const item = event.target.closest?.("[data-order] > li[data-place]");
  if (!item) return;
  event.preventDefault();
  lift(item);
  const all = places(item.parentElement);
  const at = all.indexOf(item);
  const other = all[event.key === "ArrowUp" ? at - 1 : at + 1];
  if (other) {
    other[event.key === "ArrowUp" ? "before" : "after"](item);
    event.target.focus();
    item.scrollIntoView({ block: "nearest" });
    const { sayPlace } = item.parentElement.dataset;
    document.getElementById("status").textContent = sayPlace.replace("{n}", all.indexOf(other) + 1).replace("{of}", all.length);
  }
  moving.timer = setTimeout(land, 500);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.button === 0 && event.target.closest?.("[data-grip]");
  if (!grip) return;
  event.preventDefault();
  lift(grip.closest("li"), grip);
  grip.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => {
  if (!moving?.grip) return;
  const { item, list } = moving;
  const scroller = list.closest(".workbench-list");
  const { top, bottom } = scroller.scrollHeight > scroller.clientHeight ? scroller.getBoundingClientRect() : { top: 0, bottom: innerHeight };
  const pull = event.clientY < top + 40 ? -12 : event.clientY > bottom - 40 ? 12 : 0;
  (scroller.scrollHeight > scroller.clientHeight ? scroller : window).scrollBy(0, pull);
  for (const other of places(list)) {
    if (other === item) continue;
    const box = other.getBoundingClientRect();
    if (event.clientY < box.top || event.clientY > box.bottom) continue;
    const above = event.clientY < box.top + box.height / 2;
    if (above ? other.previousElementSibling !== item : other.nextElementSibling !== item) other[above ? "before" : "after"](item);
    break;
  }
});
document.addEventListener("pointerup", () => moving?.grip && land());
document.addEventListener("pointercancel", () => moving?.grip && drop(false));
