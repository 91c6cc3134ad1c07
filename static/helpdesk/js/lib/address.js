/** Whether a text keeps to one form of address; the twin of helpdesk/address.py, with its words. */
import { boot } from "./boot.js";
import { t } from "./i18n.js";

/** @typedef {Record<string, string[]>} Forms */

const { words = {}, pairs = [] } = /** @type {{words?: Record<string, Forms>, pairs?: [string, string][]}} */ (boot.address || {});
const WORD = /[\p{L}\p{N}]+/gu;

/** @param {string} word @param {string} listed */
const is = (word, listed) =>
  listed.startsWith("*") ? word.endsWith(listed.slice(1)) : listed.endsWith("*") ? word.startsWith(listed.slice(0, -1)) : word === listed;

/** By form of address: the first word that shows it. @param {string} text @param {Forms} known */
function first(text, known) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const [word] of text.matchAll(WORD)) {
    const low = word.toLowerCase();
    if (known.never?.includes(low)) continue;
    for (const [form, listed] of Object.entries(known))
      if (form !== "never" && !(form in found) && listed.some((one) => is(low, one))) found[form] = word;
  }
  return found;
}

/**
 * @param {string} text @param {string} language
 * @returns {{words: string, found: [string, string]}|null} what to say about two forms of address in one text
 */
export function mixed(text, language) {
  const known = words[(language || "").split("-")[0]];
  if (!known) return null;
  const found = first(text, known);
  const pair = pairs.find(([one, other]) => one in found && other in found);
  if (!pair) return null;
  const [one, other] = [found[pair[0]], found[pair[1]]];
  return { words: t("address.mixed", { one, other }), found: [one, other] };
}
