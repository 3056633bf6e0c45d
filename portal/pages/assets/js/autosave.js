// Keeps a draft of a long form a little after the last change, and when the page is left. The form works without it.
const form = document.querySelector("form[data-autosave]");
const said = form.querySelector("[data-autosave-said]");
const PAUSE = 3000;
let waiting = null;

const keep = async () => {
  clearTimeout(waiting);
  waiting = null;
  const body = new FormData(form);
  body.delete("once"); // the key of the act itself; drafts are kept as often as one writes
  const headers = { "X-Requested-With": "autosave" };
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers, keepalive: true });
    said.textContent = (await answer.json()).said;
  } catch {
    said.textContent = "The draft could not be saved. Use “Save draft” before you leave this page.";
  }
};

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(keep, PAUSE);
});
form.addEventListener("submit", () => clearTimeout(waiting));
document.addEventListener("visibilitychange", () => {
  if (waiting && document.visibilityState === "hidden") keep();
});
