/** @file The page's settings, its words, and the few ways to make elements. No markup from strings. */

/**
 * @typedef {{name: string, initials: string, hue: number, photo?: string, bio?: string}} Person
 * @typedef {{id: string, name: string, size: number, type: string, stored?: boolean}} Attachment
 * @typedef {{id: string, seq: number, client_id: string | null, direction: "in" | "out", author: Person | null,
 *   body: string, attachments: Attachment[], at: string, failed?: string, pending?: boolean, card?: any, quick?: string[]}} Message
 */

/** @type {{key: string, host: string, language: string, color: string, logo: string, search: string, rating: boolean, transcript: boolean, maxBytes: number,
 *   maxChars: number, parts: Record<string, string>, words: Record<string, string>}} */
export const config = JSON.parse(byId("panel").textContent);

/** A word of the page's language, with {names} filled in. @param {string} word @param {Record<string, unknown>} [values] */
export function say(word, values = {}) {
  return (config.words[word] ?? word).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @returns {any} the element with this id @param {string} id */
export function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes (functions become listeners) and children. @param {string} tag @param {Record<string, any>} [attributes] @param {(Node | string | null)[]} children */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== "") node.append(child);
  return node;
}

/** @param {string} name */
export function icon(name, size = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS(svg.namespaceURI, "use");
  svg.setAttribute("class", `i ${size}`);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A face, or the mark of the house. @param {Person & {logo?: string} | null} person */
export function avatar(person, look = "") {
  const node = el("span", { class: `av ${look}`, "aria-hidden": "true" });
  return face(node, person);
}

/** Letters, and the photo over them once it is here. @param {HTMLElement} node @param {Person & {logo?: string} | null} person */
export function face(node, person) {
  const picture = person && (person.logo || person.photo);
  node.replaceChildren(person && !person.logo ? person.initials : "");
  if (picture) node.append(el("img", { src: picture, alt: "", error: (/** @type {Event} */ event) => /** @type {Element} */ (event.target).remove() }));
  if (person) node.style.setProperty("--hue", String(person.hue));
  return node;
}

/** The visitor's own region for times and numbers, when it speaks the page's language. */
export const locale = navigator.languages.find((one) => one.startsWith(config.language)) || config.language;

/** @param {Intl.DateTimeFormatOptions} options */
const dates = (options) => new Intl.DateTimeFormat(locale, options);
const clock = dates({ hour: "2-digit", minute: "2-digit" });
const day = dates({ day: "numeric", month: "short" });
const weekday = dates({ weekday: "long", day: "numeric", month: "long" });

/** @param {string} at */
export function timeOf(at) {
  return clock.format(new Date(at));
}

/** "Today", "Yesterday" or the date. @param {string} at */
export function dayOf(at) {
  const date = new Date(at);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const ago = Math.round((midnight - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  if (ago < 1) return say("today");
  return ago === 1 ? say("yesterday") : weekday.format(date);
}

/** As short as it can be: the time today, the date before. @param {string} at */
export function whenOf(at) {
  return new Date(at).toDateString() === new Date().toDateString() ? timeOf(at) : day.format(new Date(at));
}

/** "tomorrow, 08:00": a time to come, in the visitor's zone. @param {string} at */
export function soon(at) {
  const date = new Date(at);
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86400000);
  const name = days < 2 ? new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day") : (days < 7 ? dates({ weekday: "long" }) : day).format(date);
  return `${name}, ${timeOf(at)}`;
}
