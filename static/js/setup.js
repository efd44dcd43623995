// htmx reads its settings from this tag as it starts, so this comes first. Its own indicator styles are left out: ours
// show a request, see progress.css. Going back reloads, so that no page is shown that its reader may no longer see.
const settings = document.createElement("meta");
settings.name = "htmx-config";
settings.content = JSON.stringify({ includeIndicatorCSS: false, history: "reload" });
document.head.append(settings);
