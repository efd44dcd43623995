// send brings one file up, a few at a time: the rest wait, so that the page itself still gets through. It gives its id, or
// why it was not taken, and whether it is of use to try again. Taking the entry away ends it.
import { freshen } from "./fresh.js";
import { signedOut } from "./session.js";

const atOnce = 3;
const queue = [];
let underway = 0;

export const send = (box, entry, progress) => new Promise((done) => {
  queue.push({ box, entry, progress, done });
  next();
});

function next() {
  while (underway < atOnce && queue.length) {
    const job = queue.shift();
    if (!job.entry.isConnected) {
      job.done({});
      continue;
    }
    underway++;
    bring(job).then(job.done).finally(() => {
      underway--;
      next();
    });
  }
}

const bring = ({ box, entry, progress }, again = false) => new Promise((done) => {
  const csrf = box.closest("form").elements.csrf?.value ?? "";
  const body = new FormData();
  body.append("csrf", csrf);
  body.append("file", entry.file, entry.file.name);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.upload);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.onprogress = (event) => progress((100 * event.loaded) / event.total);
  request.onloadend = () => {
    const { status, response } = request;
    if (status === 401) signedOut();
    if (status === 403 && freshen(request.getResponseHeader("X-CSRF-Token")) && !again) return done(bring({ box, entry, progress }, true));
    done({ id: status >= 200 && status < 300 ? response?.id : "", error: response?.error, again: status !== 413 && status !== 422 });
  };
  entry.abort = () => request.abort();
  request.send(body);
});
