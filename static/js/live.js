// #live: hears the names of what changes (data-live: where), and the page's parts, which listen to it, fetch themselves.
// Since when it has heard them (data-since) it says each time, so nothing is missed in between. Where streams don't come
// through it asks and waits, where answers aren't waited for it asks again and again, and after a while it tries a stream
// once more. While nobody looks at the page it rests.
import { holding } from "./places.js";
import { poll } from "./poll.js";
import { signedOut } from "./session.js";
import { stream } from "./stream.js";

const live = document.getElementById("live");
const wait = (address, rest) => poll(`${address}&poll=wait`, tell, rest);
const ask = (address, rest) => poll(`${address}&poll=now`, tell, rest).then((well) => (well === true ? sleep(500, true) : well));
const ways = [(address, rest) => stream(address, tell, rest), wait, ask];

function tell(since, names) {
  live.dataset.since = since;
  for (const name of names) htmx.trigger(live, name);
}

const sleep = (ms, value) => new Promise((done) => setTimeout(done, ms, value));

// seen waits until somebody looks at the page, or nobody does any more.
function seen(yes) {
  return new Promise((done) => {
    const look = () => document.hidden !== yes && (document.removeEventListener("visibilitychange", look), done());
    document.addEventListener("visibilitychange", look);
    look();
  });
}

// listen goes the best way that is known to work, until that ends, and tells whether it went well.
async function listen(rest) {
  const address = `${live.dataset.live}&since=${encodeURIComponent(live.dataset.since)}`;
  let [way, until, spell] = JSON.parse(sessionStorage.getItem("live") ?? "[0,0,0]");
  if (Date.now() > until) way = 0;
  const began = Date.now();
  const well = way === 2 ? await ask(address, rest) : await holding(() => ways[way](address, rest), () => ask(address, rest));
  if (way === 0) {
    spell = well ? 0 : Math.min(600_000, 2 * spell || 60_000);
    sessionStorage.setItem("live", JSON.stringify([well ? 0 : 1, Date.now() + spell, spell]));
  } else if (way === 1 && well === false && Date.now() - began > 500) {
    sessionStorage.setItem("live", JSON.stringify([2, until, spell])); // it was cut off
  }
  return well;
}

async function follow() {
  for (let failed = 0, rest = null; ; ) {
    if (!rest || rest.signal.aborted) {
      await seen(true);
      rest = new AbortController();
      seen(false).then(() => rest.abort());
    }
    const well = await listen(rest.signal);
    if (rest.signal.aborted) continue;
    if (well === 404) return; // its reader may not hear of this any more
    if (well === 401) signedOut();
    failed = well === true ? 0 : failed + 1;
    await sleep(Math.random() * 500 + (failed && Math.min(30_000, 250 * 2 ** failed)));
  }
}

if (live) follow();
