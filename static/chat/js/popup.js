/** @file One small box at a time over its button: a menu, the emoji. Escape and a press elsewhere shut it. */

/** @type {{box: HTMLElement, opener: HTMLElement} | null} */
let shown = null;

/** @param {Event} event */
function away(event) {
  const node = /** @type {Node} */ (event.target);
  if (shown && !shown.box.contains(node) && !shown.opener.contains(node)) shut();
}

/** Arrows walk over the buttons, by rows of `columns`. @param {KeyboardEvent} event @param {HTMLElement} box @param {number} columns */
function keys(event, box, columns) {
  if (event.key === "Escape") {
    event.preventDefault();
    const back = shown?.opener;
    shut();
    back?.focus();
    return;
  }
  const ahead = document.documentElement.dir === "rtl" ? -1 : 1;
  const step = { ArrowDown: columns, ArrowUp: -columns, ArrowRight: ahead, ArrowLeft: -ahead }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...box.querySelectorAll("button")];
  const next = all[(all.indexOf(/** @type {any} */ (document.activeElement)) + step + all.length) % all.length];
  for (const one of all) if (columns > 1) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

export function shut() {
  if (!shown) return;
  shown.box.remove();
  shown.opener.setAttribute("aria-expanded", "false");
  shown = null;
  removeEventListener("pointerdown", away, true);
}

/** Open over its button, or shut it when it is open already. @param {HTMLElement} opener @param {HTMLElement} box */
export function open(opener, box, columns = 1) {
  const again = shown?.opener === opener;
  shut();
  if (again) return;
  box.addEventListener("keydown", (event) => keys(event, box, columns));
  shown = { box, opener };
  opener.after(box);
  opener.setAttribute("aria-expanded", "true");
  box.querySelector("button")?.focus();
  addEventListener("pointerdown", away, true);
}
