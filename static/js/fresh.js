// Forms that were open for too long get a token that holds with the answer that says so: what is typed stays, and can be
// sent once more.
export function freshen(token) {
  if (!token) return false;
  document.querySelectorAll("input[name='csrf']").forEach((field) => (field.value = token));
  return true;
}

document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => freshen(ctx.response.headers.get("X-CSRF-Token")));
