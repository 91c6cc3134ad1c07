/** Translated words; plurals by the rules of the page's language. */
import { locale, words } from "./boot.js";

const rules = new Intl.PluralRules(locale);

/**
 * The text of `key` with its {places} filled. Strings are isolated, so that a Latin name does
 * not turn a Hebrew sentence around.
 * @param {string} key
 * @param {Record<string, string|number>} [vars] `n` chooses the plural form
 */
export function t(key, vars = {}) {
  const entry = words[key] ?? key;
  const text = typeof entry === "string" ? entry : entry[rules.select(Number(vars.n))] ?? entry.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!(name in vars)) return whole;
    const value = vars[name];
    return typeof value === "number" ? value.toLocaleString(locale) : `\u2068${value}\u2069`;
  });
}

/** Whether the server knows a word for `key`. @param {string} key */
export const has = (key) => key in words;
