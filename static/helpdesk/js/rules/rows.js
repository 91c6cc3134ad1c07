/** Rows that are added, moved and removed by buttons, and say what they hold. */
import { clone, icon, make, parts } from "../lib/dom.js";

/** @typedef {{element: HTMLElement, read: () => any}} Control */

/** What each row holds. @type {WeakMap<Element, () => any>} */
const readers = new WeakMap();

/** @param {HTMLElement} list @returns {any[]} */
export const readAll = (list) => [...list.children].map((row) => readers.get(row)?.()).filter((one) => one !== undefined);

/** A row with its controls, at the end of a list. @param {HTMLElement} list @param {HTMLElement[]} controls @param {() => any} read @param {string} label */
export function addRow(list, controls, read, label) {
  const row = clone("line");
  const place = parts(row);
  place.controls.append(...controls);
  place.controls.setAttribute("aria-label", label);
  readers.set(row, read);
  list.append(row);
  return row;
}

/** @param {any[][]} options pairs of value and words @param {any} chosen @param {string} label @param {(value: any) => void} [changed] @returns {Control} */
export function choose(options, chosen, label, changed) {
  const element = clone("choose");
  const select = /** @type {HTMLSelectElement} */ (element.querySelector("select"));
  select.setAttribute("aria-label", label);
  for (const [value, words] of options) {
    const option = make("option", "", words);
    option.setAttribute("value", JSON.stringify(value));
    select.append(option);
  }
  const known = options.findIndex(([value]) => value === chosen);
  select.selectedIndex = known < 0 ? 0 : known;
  const read = () => (select.value ? JSON.parse(select.value) : null);
  if (changed) select.addEventListener("change", () => changed(read()));
  return { element, read };
}

/** @param {string} type @param {any} value @param {string} label @param {Record<string, string>} [more] @returns {Control} */
export function field(type, value, label, more = {}) {
  const element = /** @type {HTMLInputElement|HTMLTextAreaElement} */ (document.createElement(type === "long" ? "textarea" : "input"));
  element.className = "input sm";
  element.setAttribute("aria-label", label);
  element.setAttribute("autocomplete", "off");
  element.setAttribute("dir", "auto");
  if (type !== "long") element.setAttribute("type", type);
  for (const [name, text] of Object.entries(more)) element.setAttribute(name, text);
  element.value = value ?? "";
  const read = () => (type === "number" ? (element.value === "" ? null : Number(element.value)) : element.value);
  return { element, read };
}

/** @param {HTMLElement} button @param {number} by */
function move(button, by) {
  const row = /** @type {HTMLElement} */ (button.closest("[data-row]"));
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  button.focus();
}

/** The focus goes to what is beside, never to the top of the page. @param {HTMLElement} button */
function remove(button) {
  const row = /** @type {HTMLElement} */ (button.closest("[data-row]"));
  const list = row.parentElement;
  const beside = row.nextElementSibling || row.previousElementSibling;
  row.remove();
  const next = beside?.querySelector("select, input, textarea") || list?.parentElement?.querySelector(".adds button, [data-part=add]");
  /** @type {HTMLElement|null|undefined} */ (next)?.focus();
}

/** The buttons of every row below a form. @type {Record<string, (button: HTMLElement) => void>} */
export const tools = {
  "row-up": (button) => move(button, -1),
  "row-down": (button) => move(button, 1),
  "row-remove": remove,
};

/**
 * Say at its row what is wrong with it.
 * @param {HTMLElement} list @param {string} name "actions" or "conditions" @param {Record<string, string>} errors by place
 */
export function showFaults(list, name, errors) {
  const walk = (/** @type {HTMLElement} */ rows, /** @type {string} */ path) =>
    [...rows.children].forEach((row, number) => {
      const here = `${path}.${number}`;
      const words = Object.entries(errors).filter(([at]) => at === here || (name === "actions" && at.startsWith(`${here}.`)));
      const place = /** @type {HTMLElement} */ (row.querySelector(":scope > [data-part=fault]"));
      place.replaceChildren(...(words.length ? [icon("alert", 14), make("span", "", words.map(([, text]) => text).join(" "))] : []));
      place.hidden = !words.length;
      const inner = /** @type {HTMLElement|null} */ (row.querySelector("[data-part=rows]"));
      if (inner) walk(inner, here);
    });
  walk(list, name);
}
