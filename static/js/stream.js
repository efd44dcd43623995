// Hears the names of what changes as the portal writes them. It tells true once it ends as streams do, and false where
// names can't be relied on to come this way: two beats come soon if nobody on the way collects, cuts or changes them, and
// the next ones within a quarter of a minute each.
const soon = 5_000;
const silence = 40_000;

export function stream(address, tell, rest) {
  return new Promise((end) => {
    const source = new EventSource(address);
    let beats = 0;
    let late;
    const over = (well) => {
      clearTimeout(late);
      source.close();
      end(well);
    };
    const hear = (event, names) => {
      clearTimeout(late);
      late = setTimeout(over, beats < 2 ? soon : silence, false);
      tell(event.lastEventId, names);
    };
    late = setTimeout(over, soon, false);
    source.addEventListener("beat", (event) => hear(event, [], beats++));
    for (const name of new URL(source.url).searchParams.getAll("on")) source.addEventListener(name, (event) => hear(event, [name]));
    source.addEventListener("error", () => over(beats > 1)); // it would connect again by itself, but not say since when
    rest.addEventListener("abort", () => over(true));
  });
}
