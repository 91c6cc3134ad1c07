/** What only social networks have: deleted and edited words, reactions, places, cards, stickers. */
import { icon, make } from "./dom.js";
import { moment } from "./format.js";
import { t } from "./i18n.js";
import { store } from "./store.js";

/** @typedef {import("./types.js").Message} Message */

/** A short text that changes when any of it does. @param {Message} message */
export const socialSig = (message) =>
  `${message.edited_at || ""}${message.deleted_at || ""}${(message.reactions || []).map((one) => one.by + one.emoji).join()}${message.our_reaction ? message.our_reaction.emoji + message.our_reaction.state : ""}${answered(message)?.deleted_at || ""}`;

/** The message that this one answers, if the thread has it. @param {Message} message */
const answered = (message) => (message.answers ? store.thread?.messages.find((one) => one.external_id === message.answers) : undefined);

/**
 * Shape, quote, marks and reactions of a bubble. Called before its text is put.
 * @param {Record<string, any>} place @param {Message} message
 */
export function putSocial(place, message) {
  if (message.answers) place.body.before(quote(answered(message)));
  if (message.deleted_at) {
    place.body.replaceChildren(icon("ban", 14), make("span", "", t("social.deleted")));
    place.body.classList.add("gone");
  } else if (message.shape) putShape(place.body, message.shape, message.body);
  const { reactions = [] } = message;
  if (reactions.length) place.body.after(reacted(reactions));
  if (message.our_reaction) place.body.after(ours(message.our_reaction));
  if (message.edited_at && !message.deleted_at) place.foot.append(edited(message), "·");
  if (message.echo) place.foot.append(make("span", "", t("social.echo")), "·");
}

/** @param {Message|undefined} message */
function quote(message) {
  const box = make("span", "answers cut line-up");
  box.dir = "auto";
  const words = !message ? t("social.earlier") : message.deleted_at ? t("social.deleted") : message.body || t("social.file");
  box.append(icon("quote", 12), make("span", "cut", words.slice(0, 160)));
  return box;
}

/** The word "edited", with what was said first behind it. @param {Message} message */
function edited(message) {
  const word = make("span", "edited", t("social.edited"));
  word.title = [moment(message.edited_at || message.at), message.first_body ? t("social.before", { words: message.first_body.slice(0, 400) }) : ""].filter(Boolean).join("\n");
  word.append(make("span", "sr", ` ${word.title}`));
  return word;
}

/** Equal ones together, with their number. @param {{by: string, emoji: string}[]} reactions */
function reacted(reactions) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { emoji } of reactions) counts.set(emoji, (counts.get(emoji) || 0) + 1);
  const box = make("span", "reactions");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", t("social.reactions"));
  for (const [emoji, n] of counts) box.append(make("bdi", "chip", n > 1 ? `${emoji} ${n}` : emoji));
  return box;
}

/** Our own mark, and how far it came. @param {{emoji: string, state: string, error: string}} reaction */
function ours({ emoji, state, error }) {
  const failed = state === "failed";
  const words = failed ? t("social.reacted.failed", { why: error }) : !emoji ? t("social.reacted.off") : t(state === "sent" ? "social.reacted" : "social.reacted.queued", { emoji });
  const chip = make("span", failed ? "chip own late" : "chip own");
  chip.title = words;
  chip.append(make("bdi", "", emoji), icon(failed ? "alert" : state === "sent" ? "check" : "clock", 12), make("span", "sr", words));
  const box = make("span", "reactions");
  box.append(chip);
  return box;
}

/** @param {HTMLElement} body @param {NonNullable<Message["shape"]>} shape @param {string} words */
function putShape(body, shape, words) {
  if (shape.kind === "location") return putPlace(body, shape);
  if (shape.kind === "contacts") return putCards(body, shape.contacts || []);
  if (shape.kind === "unsupported") return putLine(body, "info", t("social.unsupported", { type: shape.type || "" }));
  if (shape.kind === "button") return putLine(body, "hand", words);
  if (shape.kind === "sticker") body.classList.add("sticker");
}

/** @param {HTMLElement} body @param {string} name @param {string} words */
function putLine(body, name, words) {
  body.replaceChildren(icon(name, 14), make("span", "line-up", words));
  body.classList.add("shaped");
}

/** A place: its name, and a map in another tab. @param {HTMLElement} body @param {any} shape */
function putPlace(body, { lat, lng, name, address }) {
  const link = /** @type {HTMLAnchorElement} */ (make("a", "", t("social.map")));
  link.href = `https://www.openstreetmap.org/?mlat=${Number(lat)}&mlon=${Number(lng)}#map=16/${Number(lat)}/${Number(lng)}`;
  Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  const text = make("span", "grow");
  text.append(make("b", "", name || t("social.location")));
  if (address) text.append(make("span", "meta", address));
  text.append(make("bdi", "meta num", `${Number(lat).toFixed(5)}, ${Number(lng).toFixed(5)}`), link);
  body.replaceChildren(icon("pin", 20), text);
  body.classList.add("shaped");
}

/** @param {HTMLElement} body @param {{name: string, phones: string[], emails: string[]}[]} cards */
function putCards(body, cards) {
  const text = make("span", "grow");
  for (const { name, phones, emails } of cards) {
    text.append(make("b", "", name || t("social.contact")));
    for (const one of [...phones, ...emails]) {
      const line = make("bdi", "meta num", one);
      line.dir = "ltr";
      text.append(line);
    }
  }
  body.replaceChildren(icon("user", 20), text);
  body.classList.add("shaped");
}
