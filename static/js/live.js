// Live updates: the stream says only what has changed, and parts fetch themselves. It rests while the tab is in the
// background, and may break: when it is back, "catch-up" tells the parts to look once, as names were missed meanwhile.
import { signedOut } from "./session.js";

const met = new WeakSet();
document.addEventListener("htmx:sse:after:connection", ({ target }) => {
  if (met.has(target)) htmx.trigger(target, "catch-up");
  met.add(target);
});
document.addEventListener("htmx:sse:error", ({ detail }) => {
  if (detail.status === 401) signedOut();
});
