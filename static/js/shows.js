// a[data-shows="ID"]: where the part that the link fills stands out of sight, as on a phone, the page goes there.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const part = document.getElementById(ctx.sourceElement?.dataset?.shows);
  const top = part?.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight * 0.7) part.scrollIntoView();
});
