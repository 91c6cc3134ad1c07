/** A visitor in words: name, place, origin, cart, what stands out. Texts only, never markup. */
import { language, locale } from "../lib/boot.js";
import { now } from "../lib/clock.js";
import { face, icon, make } from "../lib/dom.js";
import { languageName } from "../lib/format.js";
import { t } from "../lib/i18n.js";

/**
 * @typedef {{items: number, value: string|null, currency: string, step: string,
 *   lines: {name: string, quantity: number, price: string|null}[]}} Cart
 * @typedef {{id: number, inbox: number, name: string, code: string, initials: string, hue: number,
 *   vip: boolean, url: string, title: string, since: string, page_since: string, pages: number,
 *   visits: number, country: string, device: string, language: string, referrer: string,
 *   landing: string, utm: Record<string, string>, search: string, results: number|null,
 *   cart: Cart|null, step: string, errors: number, rage: number, stuck: boolean, idle: boolean, status: string,
 *   conversation: number|null, agent: string}} Visitor
 */

const regions = new Intl.DisplayNames([language], { type: "region" });

/** @param {Visitor} one */
export const nameOf = (one) => one.name || t("visitor", { code: one.code });

/** "Finland · Phone · Finnish" @param {Visitor} one */
export const whereOf = (one) => [
  one.country && regions.of(one.country),
  t(`device.${one.device}`),
  one.language && languageName(one.language.split("-")[0]),
].filter(Boolean).join(" · ");

/** @param {HTMLElement} place @param {Visitor} one */
export function avatar(place, one) {
  face(place, one);
  if (!one.initials) place.replaceChildren(icon("user", 16));
}

/** The part of an address that tells pages of one site apart. @param {string} url */
export function pathOf(url) {
  try {
    const { pathname, search } = new URL(url);
    return decodeURI(pathname) + search;
  } catch {
    return url;
  }
}

/** @param {Visitor} one */
export function fromOf(one) {
  const campaign = one.utm.campaign || one.utm.source;
  if (campaign) return t("from.campaign", { name: campaign });
  return one.referrer || t("from.direct");
}

/** @param {Visitor} one */
export function searchOf(one) {
  if (!one.search) return "";
  return t(one.results === 0 ? "search.none" : "search", { term: one.search });
}

/** €128.00, or 128.00 where the site tells no currency. @param {string|null} value @param {string} currency */
export function money(value, currency) {
  if (value === null) return "";
  const options = /** @type {Intl.NumberFormatOptions} */ (currency ? { style: "currency", currency } : { minimumFractionDigits: 2 });
  return new Intl.NumberFormat(locale, options).format(Number(value));
}

/** @param {Cart} cart */
export const cartOf = (cart) => money(cart.value, cart.currency) || t("cart.items", { n: cart.items });

/** m:ss, then h:mm:ss @param {number} seconds */
export function duration(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** @param {string} iso */
const age = (iso) => Math.max(0, Math.floor((now() - new Date(iso).getTime()) / 1000));

/** Let `place` count from `iso`, by the server's clock. @param {HTMLElement} place @param {string} iso */
export function count(place, iso) {
  place.dataset.from = iso;
  place.textContent = duration(age(iso));
}

/** What stands out: chats, was asked, struggles. @param {Visitor} one @returns {HTMLElement[]} */
export function pillsOf(one) {
  /** @type {HTMLElement[]} */
  const pills = [];
  const add = (/** @type {string} */ meaning, /** @type {string} */ name, /** @type {string} */ words) => {
    const pill = make("span", meaning ? `state pill ${meaning}` : "state meta");
    pill.append(icon(name, 12), words);
    pills.push(pill);
  };
  if (one.status === "chatting") add("good", "chat", one.agent ? t("status.with", { name: one.agent }) : t("status.waiting"));
  if (one.status === "invited") add("info", "hand", t("status.invited"));
  if (one.status === "declined") add("", "ban", t("status.declined"));
  if (one.errors) add("attention", "alert", t("badge.errors", { n: one.errors }));
  if (one.rage) add("attention", "alert", t("badge.rage"));
  if (one.stuck) add("attention", "cart", t("badge.stuck"));
  if (one.idle && !one.stuck) add("", "clock", t("badge.idle"));
  return pills;
}

setInterval(() => {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-from]"))) {
    place.textContent = duration(age(place.dataset.from || ""));
  }
}, 1000);
