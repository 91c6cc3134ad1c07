/** How many customers wait for me: on the rail, and in the title of the page. */
import { t } from "./i18n.js";
import { waitingForMe } from "./lists.js";

export function drawWaiting() {
  const waiting = waitingForMe();
  for (const badge of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-waiting]"))) {
    badge.hidden = !waiting;
    badge.textContent = String(waiting);
    badge.title = t("rail.waiting", { n: waiting });
  }
  document.title = `${waiting ? `(${waiting}) ` : ""}${t("title")}`;
}
