/** What a mail's card says besides its words: copies, warnings, the signature. */
import { foldAway } from "./away.js";
import { icon, make } from "./dom.js";
import { t } from "./i18n.js";
import { putReadingNotes } from "./reading-notes.js";
import { handOver } from "./weave.js";

/** @typedef {import("./types.js").Message} Message */

/** Who wrote it, if that is not the customer. @param {Message} message @param {string} customer */
export const writer = (message, customer) => message.letter?.name || (message.letter?.warnings.length ? message.from : "") || customer;

/** @param {Record<string, any>} place the parts of a mail's card @param {Message} message */
export function putLetter(place, message) {
  const { letter } = message;
  putReadingNotes(place, message);
  if (message.auto_reply) foldAway(place);
  if (!letter) return;
  for (const name of /** @type {const} */ (["to", "cc", "bcc"])) {
    const who = [letter[name]].flat().filter(Boolean).join(", ");
    if (!who) continue;
    const line = make("div", "meta cut");
    line.append(`${t(`letter.${name}`)} `, make("bdi", "", who));
    place.from.after(line);
  }
  if (letter.outside) place.from.append(` · ${t("letter.outside")}`);
  for (const warning of letter.warnings) place.body.before(warn(warning, message));
  if (letter.missed) {
    const line = make("div", "quietbar late");
    line.append(icon("alert", 14), make("span", "grow", t("letter.missed", { why: letter.missed })));
    place.body.before(line);
  }
  if (letter.signature) {
    const signature = make("div", "signature line-up", letter.signature);
    signature.dir = "auto";
    place.body.after(signature);
  }
}

/** @param {string} warning @param {Message} message */
function warn(warning, message) {
  const { letter } = message;
  const line = make("div", "quietbar");
  line.setAttribute("role", "note");
  line.append(icon("alert", 14), make("span", "grow", t(`letter.${warning}`, {
    address: letter?.reply_to || message.from, from: letter?.handed_over ?? message.from, id: String(letter?.possible || ""),
    name: letter?.name || "", resembles: letter?.resembles || "", hosts: (letter?.lying || []).join(", "),
  })));
  if (warning === "possible_follow_up" && letter?.possible) {
    const link = /** @type {HTMLAnchorElement} */ (make("a", "link", t("letter.open", { id: String(letter.possible) })));
    link.href = `/inbox/c/${letter.possible}/`;
    line.append(link);
  }
  if (warning === "agent_unverified" && letter?.offered) line.append(make("bdi", "", t("letter.offered", { address: letter.offered.address })), requester(message));
  return line;
}

/** The letter is of whom it was forwarded from, or again of who sent it on. @param {Message} message */
function requester(message) {
  const { letter } = message;
  const undo = letter?.handed_over !== null;
  const button = make("button", "btn sm", undo ? t("weave.undo") : t("letter.requester", { name: letter?.offered?.name || letter?.offered?.address || "" }));
  button.addEventListener("click", () => handOver(message, !undo));
  return button;
}
