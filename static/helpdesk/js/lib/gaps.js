/**
 * What a template leaves to the agent: open gaps, written [[like.this]], and words that may go,
 * written [[?like this]]. Finding, naming, drawing.
 */
import { has, t } from "./i18n.js";

const GAP = /\[\[([\w. -]{1,60})\]\]/g;
const MAYBE = /\[\[\?((?:\[\[[\w. -]{1,60}\]\]|(?!\]\]|\[\[)[^])*)\]\]/g;

/** @typedef {{from: number, to: number, name: string, inner: string|null}} Gap inner: the words that may go, null for a gap */

/** @param {string} text @returns {Gap[]} in the order of the text, a gap within words that may go after them */
export function gaps(text) {
  const maybe = [...text.matchAll(MAYBE)].map((match) => ({ ...place(match), name: t("gap.optional"), inner: match[1] }));
  const open = [...text.matchAll(GAP)].map((match) => ({ ...place(match), name: gapName(match[1]), inner: null }));
  return [...maybe, ...open].sort((one, other) => one.from - other.from);
}

/** @param {RegExpMatchArray} match */
const place = (match) => ({ from: match.index || 0, to: (match.index || 0) + match[0].length });

/** "first name" for customer.first_name. @param {string} field */
export function gapName(field) {
  if (has(`gap.${field}`)) return t(`gap.${field}`);
  return (field.split(".").at(-1) || field).replaceAll("_", " ");
}

/**
 * The text with its gaps as marked words.
 * @param {string} text @param {string} tag @param {string} cls
 * @param {boolean} [named] show the names instead of the brackets
 * @param {[number, number][]} [filled] which characters came from facts
 * @returns {Node[]}
 */
export function withGaps(text, tag, cls, named = false, filled = []) {
  return drawn(text, 0, text.length, gaps(text));

  /** @param {string} whole @param {number} from @param {number} end @param {Gap[]} open @returns {Node[]} */
  function drawn(whole, from, end, open) {
    /** @type {Node[]} */
    const nodes = [];
    let at = from;
    for (const gap of open) {
      if (gap.from < at || gap.to > end) continue;
      const mark = document.createElement(tag);
      mark.className = gap.inner === null ? cls : `${cls} maybe`.trim();
      if (gap.inner === null) mark.textContent = named ? gap.name : whole.slice(gap.from, gap.to);
      else {
        const [first, last] = named ? [gap.from + 3, gap.to - 2] : [gap.from, gap.to];
        if (named) mark.className = "maybe";
        mark.append(...drawn(whole, first, last, open.filter((one) => one.inner === null)));
      }
      nodes.push(...known(whole, at, gap.from), mark);
      at = gap.to;
    }
    return [...nodes, ...known(whole, at, end)];
  }

  /** Plain words, those from facts marked. @param {string} whole @param {number} from @param {number} end @returns {Node[]} */
  function known(whole, from, end) {
    /** @type {Node[]} */
    const nodes = [];
    let at = from;
    for (const [first, last] of filled) {
      if (first < at || last > end) continue;
      const mark = document.createElement(tag);
      mark.className = "filled";
      mark.textContent = whole.slice(first, last);
      nodes.push(document.createTextNode(whole.slice(at, first)), mark);
      at = last;
    }
    return [...nodes, document.createTextNode(whole.slice(at, end))];
  }
}
