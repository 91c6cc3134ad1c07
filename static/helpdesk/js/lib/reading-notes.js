/** What the reader of a mail noted, one line each above its words. */
import { icon, make } from "./dom.js";
import { t } from "./i18n.js";

/** @typedef {import("./types.js").Message} Message */

const CALM = new Set(["signed", "plain"]);

/** @param {Record<string, any>} place the parts of a mail's card @param {Message} message */
export function putReadingNotes(place, message) {
  for (const note of message.reading || []) {
    const line = make("div", CALM.has(note) ? "quietbar calm" : "quietbar");
    line.setAttribute("role", "note");
    line.append(icon(CALM.has(note) ? "info" : "alert", 14), make("span", "grow", t(`reading.${note}`)));
    place.body.before(line);
  }
}
