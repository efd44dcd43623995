// Browsers give all pages of a portal six connections together over HTTP/1.1. Four of them may wait for names, in however
// many windows; a page that finds no place does without. Where nobody counts, as outside of https, each takes one.
const places = ["live-1", "live-2", "live-3", "live-4"];

export async function holding(work, otherwise) {
  if (!navigator.locks) return work();
  for (const place of places) {
    let did = false;
    const result = await navigator.locks.request(place, { ifAvailable: true }, (lock) => {
      did = lock !== null;
      return did && work();
    });
    if (did) return result;
  }
  return otherwise();
}
