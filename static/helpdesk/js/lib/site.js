/** The section "On the site": the page he looks at, his cart, his device. */
import { now } from "./clock.js";
import { clone, icon, make, parts } from "./dom.js";
import { languageName, moment, money, roughly } from "./format.js";
import { has, t } from "./i18n.js";
import { safe } from "./links.js";

/** @typedef {{name: string, quantity: number, price: string|null, url: string}} Line */
/** @typedef {{items?: number, lines?: Line[], value?: string|null, currency?: string, step?: string}} Cart */

/** An address of the customer's page: opened without telling it where we come from. @param {string} address @param {string} words */
function away(address, words) {
  if (!safe(address)) return make("bdi", "cut line-up", words);
  const link = /** @type {HTMLAnchorElement} */ (make("a", "cut"));
  Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer nofollow", title: address });
  link.append(make("bdi", "", words));
  return link;
}

/** Path of an address, for a page without a title. @param {string} address */
function path(address) {
  try {
    return decodeURI(new URL(address).pathname);
  } catch {
    return "";
  }
}

/** @param {string} name @param {Node} words @param {string} [extra] */
function line(name, words, extra = "") {
  const item = clone("kv");
  const place = parts(item);
  place.icon.replaceWith(icon(name, 16));
  place.text.replaceWith(words);
  if (extra) place.extra.replaceWith(make("span", "meta num", extra));
  return item;
}

/** @param {any} context */
function facts(context) {
  const lines = [];
  const { page = {}, device = "", language = "", visits = 0, pages = 0, search = "", referrer = "" } = context;
  const title = page.title || path(page.url || "");
  if (title) lines.push(line("home", away(page.url || "", title), pages ? t("site.page", { n: pages }) : ""));
  if (search) lines.push(line("search", make("bdi", "cut line-up", search)));
  const about = [device && has(`device.${device}`) ? t(`device.${device}`) : "", language && languageName(language), context.country]
    .filter(Boolean).join(" · ");
  if (about) lines.push(line(device === "phone" ? "phone" : "screen", make("span", "cut", about), visits > 0 ? t("site.visits", { n: visits }) : ""));
  if (referrer) lines.push(line("link", make("bdi", "cut line-up", referrer)));
  return lines;
}

/** @param {Line} one @param {string} currency */
function cartLine(one, currency) {
  const item = clone("cart-line");
  const place = parts(item);
  place.name.replaceWith(away(one.url, one.name));
  place.count.textContent = t("cart.pieces", { n: one.quantity });
  place.price.textContent = one.price === null ? "" : money(one.price, currency);
  return item;
}

/** @param {Cart} cart @param {string} step */
function cartBox(cart, step) {
  const box = clone("cart");
  const place = parts(box);
  const { currency = "" } = cart;
  const lines = cart.lines || [];
  place.lines.append(...lines.map((one) => cartLine(one, currency)));
  place.count.textContent = t("cart.title", { n: Number(cart.items) || lines.length });
  place.value.textContent = cart.value == null ? "" : money(cart.value, currency);
  place.step.textContent = step ? t("cart.step", { step }) : "";
  place.step.hidden = !step;
  return box;
}

/** The section, or nothing where nothing is known. @param {any} context @returns {HTMLElement[]} */
export function siteSection(context) {
  const lines = facts(context);
  const { cart } = context;
  if (!lines.length && !cart) return [];
  const section = clone("site");
  const place = parts(section);
  if (context.since) {
    place.since.textContent = roughly((now() - Date.parse(context.since)) / 1000);
    place.since.title = moment(context.since);
  } else place.now.remove();
  place.facts.append(...lines);
  if (cart) section.append(cartBox(cart, cart.step || context.step || ""));
  return [section];
}
