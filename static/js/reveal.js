// button[data-reveal=ID]: shows and hides what is typed into a password; data-show and data-hide are its words.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  const field = button && document.getElementById(button.dataset.reveal);
  if (!field) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
  button.textContent = shown ? button.dataset.hide : button.dataset.show;
});
// It never leaves as plain text, or browsers would offer it again as such.
document.addEventListener("submit", ({ target }) => {
  target.querySelectorAll("[data-reveal]").forEach((button) => {
    const field = document.getElementById(button.dataset.reveal);
    if (field) field.type = "password";
  });
});
