// All behaviours of the portal, one a file, each found by a data attribute. They listen on the document, so that what
// htmx brings later behaves like what was there from the start. Every word that is spoken comes from the page.
import "./setup.js";
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import "./session.js";
import "./live.js";
import "./errors.js";
import "./announce.js";
import "./keep.js";
import "./once.js";
import "./save.js";
import "./auto.js";
import "./find.js";
import "./upload.js";
import "./crop.js";
import "./grow.js";
import "./reveal.js";
import "./relative.js";
import "./menu.js";
import "./dialog.js";
import "./keys.js";
import "./list.js";
import "./shows.js";
import "./earlier.js";
import "./preview.js";
