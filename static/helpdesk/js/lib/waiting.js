/** How many customers wait for me: on the rail, and in the title of the page. */
import { badge } from "./bell.js";
import { t } from "./i18n.js";
import { waitingForMe } from "./lists.js";

export function drawWaiting() {
  const waiting = waitingForMe();
  for (const mark of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-waiting]"))) {
    mark.hidden = !waiting;
    mark.textContent = String(waiting);
    mark.title = t("rail.waiting", { n: waiting });
  }
  badge(waiting, t("title"));
}
