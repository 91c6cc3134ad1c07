/** Texts of any length: what is beyond a screen or two is folded, so that a thread never freezes. */
import { make } from "./dom.js";
import { t } from "./i18n.js";
import { linkify } from "./links.js";

const LINES = 60;
const CHARACTERS = 6000;

/** Where the shown part ends; the whole length for a text that is short enough. @param {string} text */
function end(text) {
  let at = -1;
  for (let line = 0; line < LINES; line += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0 || at > CHARACTERS) break;
  }
  const shown = at < 0 || at > CHARACTERS ? CHARACTERS : at;
  return text.length <= shown * 1.2 ? text.length : shown;
}

/** @param {HTMLElement} place @param {string} text */
export function putText(place, text) {
  const cut = end(text);
  linkify(place, text.slice(0, cut));
  if (cut === text.length) return;
  const button = /** @type {HTMLButtonElement} */ (make("button", "link showall", t("message.all", { n: text.split("\n").length })));
  button.type = "button";
  button.addEventListener("click", () => {
    button.remove();
    const rest = make("span");
    linkify(rest, text.slice(cut));
    place.append(rest);
  });
  place.append(button);
}

/** The trimmed rest of a mail, behind its own button. @param {Record<string, any>} place @param {import("./types.js").Message} message */
export function putQuoted(place, message) {
  const full = message.full_text;
  if (!full || full.trim() === message.body.trim()) return place.more.remove();
  const rest = full.startsWith(message.body) ? full.slice(message.body.length).trim() : full;
  const { toggle, toggleword: word } = place;
  word.textContent = t("mail.show");
  toggle.addEventListener("click", () => {
    const show = place.rest.hidden;
    place.rest.hidden = !show;
    toggle.setAttribute("aria-expanded", String(show));
    word.textContent = t(show ? "mail.hide" : "mail.show");
    if (show && !place.rest.textContent) putText(place.rest, rest);
  });
}
