/** The first lines of the one timeline: what came with the thread, then everything. */
import { channelIcon, channelName } from "./channels.js";
import { clone, icon, parts } from "./dom.js";
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

/** @param {import("./types.js").Thread} thread @param {number|null} openId @returns {HTMLElement[]} */
export const history = (thread, openId) => (thread.history || thread.timeline.slice(0, 8)).map((/** @type {any} */ entry) => line(entry, openId));
