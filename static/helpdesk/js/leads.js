/** The page of the leads: a choice takes effect at once; without scripts its own button does it. */
document.documentElement.classList.add("scripted");

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-send]"))) {
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement) form.requestSubmit();
  });
}

// One little form at a time, closed by Escape and by a click beside it.
const pops = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.pop"));
/** @param {Node|null} inside the one that stays open */
function closeOthers(inside) {
  for (const pop of pops) if (!inside || !pop.contains(inside)) pop.open = false;
}
document.addEventListener("pointerdown", (event) => closeOthers(/** @type {Node} */ (event.target)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.pop[open]");
  closeOthers(null);
  /** @type {HTMLElement|null|undefined} */ (open?.querySelector("summary"))?.focus();
});
