/** The first lines of the one timeline. */
import { channelIcon, channelName } from "./channels.js";
import { clone, icon, make, parts } from "./dom.js";
import { moment, shortWhen } from "./format.js";
import { t } from "./i18n.js";
import { conversationUrl } from "./router.js";

/** @param {any} entry @param {number|null} openId */
function line(entry, openId) {
  const item = clone("tl");
  const link = /** @type {HTMLAnchorElement} */ (item.firstElementChild);
  const place = parts(item);
  const talk = entry.kind === "conversation";
  const number = Number(entry.conversation ?? (talk ? entry.id : 0));
  const current = talk && number === openId;
  if (number) {
    link.href = conversationUrl(number);
    link.dataset.id = String(number);
  }
  if (current) link.setAttribute("aria-current", "true");
  place.icon.append(icon(talk ? channelIcon(entry) : entry.icon, 12));
  place.title.textContent = current ? t(`context.this.${entry.channel === "chat" ? "chat" : "other"}`) : words(entry);
  place.title.title = [entry.title, entry.detail].filter(Boolean).join(" · ");
  place.at.textContent = shortWhen(entry.at);
  if (entry.at) place.at.title = moment(entry.at);
  return item;
}

/** One line says it: an order its value, a verdict its words. @param {any} entry */
function words(entry) {
  if (entry.kind === "conversation") return entry.title || channelName(entry);
  if (["order", "rating"].includes(entry.kind) && entry.detail) return `${entry.title}, ${entry.detail}`;
  return entry.title || entry.detail;
}

/** What could not be read is asked for again by a press. @param {() => void} again */
function missing(again) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "btn small", t("delivery.again")));
  button.type = "button";
  button.addEventListener("click", again);
  const item = make("li", "meta missing", `${t("context.missing")} `);
  item.append(button);
  return item;
}

/** @param {import("./types.js").Thread} thread @param {number|null} openId @param {() => void} again @returns {HTMLElement[]} */
export function history(thread, openId, again) {
  if (thread.history === null) return [missing(again)];
  return (thread.history || []).map((/** @type {any} */ entry) => line(entry, openId));
}
