// Who was signed out meanwhile gets a 401 for a part of a page: the page as a whole then asks to sign in. Once in a
// while at most, so that a page that is served all the same isn't loaded over and over.
export function signedOut() {
  const last = Number(sessionStorage.getItem("signed-out") ?? 0);
  if (Date.now() - last < 15_000) return;
  sessionStorage.setItem("signed-out", Date.now());
  location.reload();
}

document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx.response.status !== 401) return;
  if (event.detail.ctx.request.method !== "GET") return; // what was typed stays, and the answer says what to do
  event.preventDefault();
  signedOut();
});
