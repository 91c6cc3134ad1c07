/** Buttons that copy the field beside them. */
import { onDo } from "./lib/dom.js";

/** @param {HTMLElement} button */
async function copy(button) {
  const field = /** @type {HTMLInputElement|null} */ (button.parentElement?.querySelector("input[readonly]") || null);
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(field?.value || "");
    button.textContent = button.dataset.done || "";
  } catch {
    field?.select(); // not allowed: it is marked, to be copied by hand
    button.textContent = button.dataset.failed || "";
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}

onDo(document.body, { copy });
