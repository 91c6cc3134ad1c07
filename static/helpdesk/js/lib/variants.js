/** The variants of a template: which one is shown, and stepping to another. */
import { languageName } from "./format.js";
import { t } from "./i18n.js";

/**
 * @typedef {{id: number, language: string, register: string, channel: string, text: string, filled: [number, number][], files: import("./types.js").File[]}} Variant
 * @typedef {{id: number, name: string, shortcut: string, language: string, register: string, text: string,
 *   warning: string, chosen: number, variants: Variant[], sent_before: boolean, verbatim_here: boolean}} Template
 */

/** @param {Template} template @param {"language"|"register"} axis @returns {string[]} the values one may step through from the shown variant */
export function choices(template, axis) {
  const shown = template.variants[template.chosen];
  const reachable = axis === "language" ? template.variants : template.variants.filter((one) => one.language === shown?.language);
  return [...new Set(reachable.map((one) => one[axis]))];
}

/**
 * Show the next language or form of address; another language keeps the form of address if it can.
 * @param {Template} template @param {"language"|"register"} axis @param {number} by 1 or -1
 */
export function step(template, axis, by) {
  const shown = template.variants[template.chosen];
  const values = choices(template, axis);
  if (!shown || values.length < 2) return;
  const wanted = values[(values.indexOf(shown[axis]) + by + values.length) % values.length];
  const rank = (/** @type {Variant} */ one) =>
    (axis === "register" && one.language !== shown.language ? 100 : 0) +
    (axis === "language" && one.register !== shown.register ? (one.register === "neutral" ? 2 : 4) : 0) +
    (one.channel === shown.channel ? 0 : 1);
  const fitting = template.variants.filter((one) => one[axis] === wanted).sort((one, other) => rank(one) - rank(other));
  template.chosen = template.variants.indexOf(fitting[0]);
  template.warning = ""; // the agent's own choice needs no warning
}

/** @param {Variant|undefined} variant */
export const languageWord = (variant) => (variant?.language ? languageName(variant.language) : t("picker.anylanguage"));

/** What to say beside a template before it is taken: a fallback, or its words were said before. @param {Template} template */
export const advice = (template) => ({
  warning: template.warning ? t(`picker.${template.warning}`) : "",
  before: template.verbatim_here ? t("picker.again") : template.sent_before ? t("picker.before") : "",
});
