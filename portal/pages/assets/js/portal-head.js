// Runs before the first paint so that enhanced components do not jump. Pages work without it.
document.documentElement.classList.add("js-enabled");
addEventListener("DOMContentLoaded", () => {
  document.body.classList.add("js-enabled");
  if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
});
