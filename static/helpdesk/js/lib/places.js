/** The places under More close when one looks elsewhere, as every menu does. */

const unfolded = () => /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll("details.more[open]")]);

document.addEventListener("click", (event) => {
  for (const one of unfolded()) if (!one.contains(/** @type {Node|null} */ (event.target))) one.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const one of unfolded()) {
    one.open = false;
    one.querySelector("summary")?.focus();
    event.preventDefault();
  }
}, true);
