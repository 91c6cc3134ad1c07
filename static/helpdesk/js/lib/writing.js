/** The words in a text area: the slash that opens templates, inserting, jumping to gaps. */
import { gaps } from "./gaps.js";

const SLASH = /(^|\s)\/([\p{L}\p{N}_-]{0,40})$/u;

/** What follows the slash before the caret, or null. @param {HTMLTextAreaElement} area */
export function slashed(area) {
  const found = SLASH.exec(area.value.slice(0, area.selectionStart));
  return found ? found[2] : null;
}

/** The words without the slash that opened the templates. @param {HTMLTextAreaElement} area */
export function withoutSlash(area) {
  const word = slashed(area);
  const at = area.selectionStart;
  return (word === null ? area.value : area.value.slice(0, at - word.length - 1) + area.value.slice(at)).trim();
}

/** Take the slash and what follows it out again. @param {HTMLTextAreaElement} area */
export function takeSlash(area) {
  const word = slashed(area);
  if (word === null) return;
  area.setSelectionRange(area.selectionStart - word.length - 1, area.selectionStart);
  put(area, "");
}

/** Put words at the caret as if they were typed, so that Ctrl+Z takes them back. @param {HTMLTextAreaElement} area @param {string} text */
export function put(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

/** Replace the slash word with a template, and go to its first gap. @param {HTMLTextAreaElement} area @param {string} text */
export function putTemplate(area, text) {
  const word = slashed(area);
  const start = word === null ? area.selectionStart : area.selectionStart - word.length - 1;
  area.setSelectionRange(start, area.selectionEnd);
  put(area, text);
  if (!area.value.slice(start).includes("[[")) return;
  area.setSelectionRange(start, start);
  selectGap(area);
}

/**
 * Select the next open gap after the caret, else the first one. Words that may go and are selected
 * already are kept: their brackets fall.
 * @param {HTMLTextAreaElement} area @returns {boolean} whether there was one
 */
export function selectGap(area) {
  const open = gaps(area.value);
  const kept = open.find((gap) => gap.inner !== null && gap.from === area.selectionStart && gap.to === area.selectionEnd);
  if (kept) {
    put(area, kept.inner || "");
    const within = gaps(area.value).find((gap) => gap.from >= kept.from);
    if (within) area.setSelectionRange(within.from, within.to);
    return true;
  }
  const next = open.find((gap) => gap.from >= area.selectionEnd) || open[0];
  if (!next) return false;
  area.focus();
  area.setSelectionRange(next.from, next.to);
  return true;
}

/** A slash for the picker, with a space before it where one is needed. @param {HTMLTextAreaElement} area */
export function putSlash(area) {
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  put(area, before && !/\s$/.test(before) ? " /" : "/");
}
