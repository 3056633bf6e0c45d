// Small conveniences on top of pages that work without scripts.
const frontend = document.querySelector("script[data-govuk-frontend]");
const { initAll } = await import(frontend.src);
initAll();

// Copy buttons of long identifiers: hidden without scripts, since they can do nothing then.
const revealCopyButtons = (root) => {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
};
revealCopyButtons(document);
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => { label.textContent = before; }, 2000);
});

// Filters lie above the results on a phone: fold them there.
if (matchMedia("(max-width: 48em)").matches) {
  for (const fold of document.querySelectorAll("details[data-fold-on-phone]")) fold.open = false;
}

// Fragments brought by htmx: enhance what is inside them.
document.body.addEventListener("htmx:afterSwap", (event) => {
  revealCopyButtons(event.target);
  initAll({ scope: event.target });
});
