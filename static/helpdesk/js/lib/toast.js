/** Short news at the foot of the screen; for what needs work, the words stand next to the thing. */
import { clone, parts } from "./dom.js";

/** @param {string} text @param {{word?: string, act?: () => void, lasts?: number}} [options] */
export function toast(text, { word = "", act, lasts = 6000 } = {}) {
  const stack = document.querySelector("toast-stack");
  const box = clone("toast");
  const { text: place, act: button } = parts(box);
  place.textContent = text;
  if (act) {
    button.textContent = word;
    button.hidden = false;
    button.addEventListener("click", () => {
      box.remove();
      act();
    });
  }
  while (stack && stack.children.length > 2) stack.firstElementChild?.remove();
  stack?.append(box);
  let timer = window.setTimeout(() => box.remove(), lasts);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => (timer = window.setTimeout(() => box.remove(), lasts)));
}
