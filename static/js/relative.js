// time[data-relative]: "2 h ago" stays true while the page is open, in the very words of the server, which stand on the
// body: data-ago-now, data-ago-minutes and data-ago-hours, with {n} for the number. Older times are left as they are.
function refresh(time) {
  const { agoNow, agoMinutes, agoHours } = document.body.dataset;
  const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60_000);
  if (!agoHours || !(minutes >= 0 && minutes < 24 * 60)) return;
  let text = agoNow;
  if (minutes >= 60) text = agoHours.replace("{n}", Math.floor(minutes / 60));
  else if (minutes >= 1) text = agoMinutes.replace("{n}", minutes);
  if (time.textContent !== text) time.textContent = text;
}
const all = () => document.hidden || document.querySelectorAll("time[data-relative]").forEach(refresh);
setInterval(all, 30_000);
document.addEventListener("visibilitychange", all);
