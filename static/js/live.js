// #live: hears the names of what changes (data-live: where), and the page's parts, which listen to it, fetch themselves.
// Since when it has heard them (data-since) it says with each connection, so nothing is missed in between. Where streams
// don't come through it polls, and tries a stream again later. While nobody looks at the page it rests, as browsers give
// all pages of a portal six connections together; of those, four may wait for names, and further windows ask now and then.
import { poll } from "./poll.js";
import { signedOut } from "./session.js";
import { stream } from "./stream.js";

const live = document.getElementById("live");
const places = ["live-1", "live-2", "live-3", "live-4"];

function tell(since, names) {
  live.dataset.since = since;
  for (const name of names) htmx.trigger(live, name);
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function seen(yes) {
  return new Promise((done) => {
    const look = () => document.hidden !== yes && (document.removeEventListener("visibilitychange", look), done());
    document.addEventListener("visibilitychange", look);
    look();
  });
}

// placed does work while holding one of the places; where all are taken, or nobody counts them, it does what else there is.
async function placed(work, otherwise) {
  if (!navigator.locks) return work();
  for (const place of places) {
    let did = false;
    const result = await navigator.locks.request(place, { ifAvailable: true }, (lock) => lock && ((did = true), work()));
    if (did) return result;
  }
  return otherwise();
}

async function listen(rest) {
  const address = `${live.dataset.live}&since=${encodeURIComponent(live.dataset.since)}`;
  const [until, last] = JSON.parse(sessionStorage.getItem("polls") ?? "[0,0]");
  return placed(async () => {
    if (Date.now() < until) return poll(`${address}&poll=wait`, tell, rest);
    const well = await stream(address, tell, rest);
    const next = well ? 0 : Math.min(600_000, 2 * last || 60_000);
    sessionStorage.setItem("polls", JSON.stringify([Date.now() + next, next]));
    return well;
  }, async () => {
    const well = await poll(`${address}&poll=now`, tell, rest);
    return typeof well === "number" ? well : sleep(500).then(() => true);
  });
}

async function follow() {
  for (let failed = 0, rest = null; ; ) {
    if (!rest || rest.signal.aborted) {
      await seen(true);
      rest = new AbortController();
      seen(false).then(() => rest.abort());
    }
    const how = await listen(rest.signal);
    if (rest.signal.aborted) continue;
    if (how === 404) return; // its reader may not hear of this any more
    if (how === 401) signedOut();
    failed = how === true ? 0 : failed + 1;
    await sleep(Math.random() * 500 + (failed && Math.min(30_000, 250 * 2 ** failed)));
  }
}

if (live) follow();
