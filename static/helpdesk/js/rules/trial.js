/** What a dry run found: an event each, and whether the rule would have acted. */
import { boot } from "../lib/boot.js";
import { clone, icon, make, parts } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { t } from "../lib/i18n.js";

/** @typedef {{conversation: number, customer: string, preview: string, at: string, fires: boolean, failed: string[], by_rule: boolean}} Trial */

/** @param {HTMLElement} summary @param {HTMLElement} list @param {Trial[]} trials */
export function showTrials(summary, list, trials) {
  const fires = trials.filter((one) => one.fires).length;
  summary.textContent = trials.length ? t("trial.of", { n: fires, all: trials.length }) : t("trial.none");
  list.replaceChildren(...trials.map(row));
}

/** @param {HTMLElement} summary @param {HTMLElement} list @param {string} words */
export function trialFault(summary, list, words) {
  summary.textContent = words;
  list.replaceChildren();
}

/** @param {Trial} one */
function row(one) {
  const item = clone("trial");
  const place = parts(item);
  place.link.href = boot.urls.conversation.replace("/0/", `/${one.conversation}/`);
  place.name.textContent = one.customer;
  place.preview.textContent = one.preview;
  place.at.textContent = moment(one.at);
  place.at.dateTime = one.at;
  const words = one.fires ? t("trial.fires") : t("trial.not", { why: one.failed.join("; ") });
  place.verdict.append(icon(one.fires ? "check" : "x", 14), make("span", "", words));
  place.verdict.classList.add(one.fires ? "good" : "meta");
  if (one.by_rule) place.verdict.append(make("span", "tag", t("trial.byrule")));
  return item;
}
