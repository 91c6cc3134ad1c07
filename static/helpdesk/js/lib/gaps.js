/** Open gaps of a template, written [[like.this]]: finding, naming, drawing. */
import { has, t } from "./i18n.js";

const GAP = /\[\[([\w. -]{1,60})\]\]/g;

/** @param {string} text @returns {{from: number, to: number, name: string}[]} */
export const gaps = (text) =>
  [...text.matchAll(GAP)].map((match) => ({ from: match.index, to: match.index + match[0].length, name: gapName(match[1]) }));

/** "first name" for customer.first_name. @param {string} field */
export function gapName(field) {
  if (has(`gap.${field}`)) return t(`gap.${field}`);
  return (field.split(".").at(-1) || field).replaceAll("_", " ");
}

/** The text with its gaps as marked words. @param {string} text @param {string} tag @param {string} cls @param {boolean} [named] show the name instead of the brackets @returns {Node[]} */
export function withGaps(text, tag, cls, named = false) {
  /** @type {Node[]} */
  const nodes = [];
  let from = 0;
  for (const gap of gaps(text)) {
    const mark = document.createElement(tag);
    mark.className = cls;
    mark.textContent = named ? gap.name : text.slice(gap.from, gap.to);
    nodes.push(document.createTextNode(text.slice(from, gap.from)), mark);
    from = gap.to;
  }
  nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}
