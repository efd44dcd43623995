// a[data-earlier="EVENT"] shows more of a conversation above what is shown of it: what one reads stays where it is, and
// the focus on the link, from which one goes on into what came; once there is no more, it is on what one read. Where an
// address names an event that is not shown, the page is asked for with it.
import { scrolls } from "./thread.js";

const asked = (event) => event.detail.ctx.sourceElement?.dataset?.earlier;
let reading;

document.addEventListener("htmx:config:request", (event) => {
  // What refreshes the conversation from now on has to keep what is being opened.
  if (asked(event)) document.getElementById("thread-from").value = asked(event);
});
document.addEventListener("htmx:before:swap", (event) => {
  const link = event.detail.ctx.sourceElement;
  const entry = asked(event) && document.getElementById(link.hash.slice(1));
  reading = entry && { entry, link, top: entry.getBoundingClientRect().top, focus: document.activeElement === link };
});
document.addEventListener("htmx:after:swap", () => {
  if (!reading) return;
  const { entry, link, top, focus } = reading;
  reading = undefined;
  scrolls(entry).scrollTop += entry.getBoundingClientRect().top - top;
  if (!focus || link.isConnected) return;
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
});

function lead() {
  const [, event] = /^#event-(\d+)$/.exec(location.hash) ?? [];
  const address = new URL(location.href);
  if (!event || document.getElementById(`event-${event}`) || !document.getElementById("earlier") || address.searchParams.has("from")) return;
  address.searchParams.set("from", event);
  location.replace(address);
}
addEventListener("hashchange", lead);
lead();
