// Who was signed out meanwhile gets a 401 for a part of a page: the page as a whole then asks to sign in.
document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx.response.status !== 401) return;
  event.preventDefault();
  location.reload();
});
