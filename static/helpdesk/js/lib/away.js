/** What a machine answered for somebody who is away: one line that opens. */
import { icon, make } from "./dom.js";
import { t } from "./i18n.js";

/** Put the words of a drawn mail behind a line. @param {Record<string, any>} place */
export function foldAway(place) {
  const box = /** @type {HTMLDetailsElement} */ (make("details", "away"));
  const head = make("summary", "quoted");
  head.append(icon("clock", 14), make("span", "", t("away.note")));
  place.body.before(box);
  box.append(head, place.body);
}
