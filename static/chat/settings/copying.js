/** @file Buttons that copy the text beside them. */
import { onDo } from "../../helpdesk/js/lib/dom.js";

/** @param {HTMLElement} button */
export async function copy(button) {
  const text = button.parentElement?.querySelector("code")?.textContent || "";
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done || "";
  } catch { /* not allowed: the text is there to be selected */
    button.textContent = button.dataset.failed || "";
  }
  setTimeout(() => { button.textContent = before; }, 2_000);
}

if (!document.getElementById("settings")) onDo(document.body, { copy });
