// [data-preview=theme]: a choice of looks shows at once on the whole page, before it is saved: its value becomes
// data-theme (data-contrast, data-text …) of the page.
document.addEventListener("change", ({ target }) => {
  const what = target.dataset?.preview;
  if (!what) return;
  const value = target.type === "checkbox" && !target.checked ? "" : target.value;
  if (value) document.documentElement.dataset[what] = value;
  else delete document.documentElement.dataset[what];
});
