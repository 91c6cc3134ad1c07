/** One row of a filter: field, operator, value, drawn by what the server says may be asked. */
import { clone, make, parts } from "./dom.js";
import { t } from "./i18n.js";

/**
 * @typedef {{name: string, label: string}} Named
 * @typedef {{value: any, label: string}} Choice
 * @typedef {{name: string, label: string, kind: string, ops: Named[], choices: Choice[]}} Field
 * @typedef {import("./views.js").Filter} Filter
 */

let number = 0;

/** @param {any} answer */
export const describe = (answer) => ({ ...answer, byName: new Map(answer.fields.map((/** @type {Field} */ one) => [one.name, one])) });

/** @param {any} facts @param {Filter} [filter] */
export function drawFilter(facts, filter) {
  const row = clone("filter");
  const { field, op, remove } = parts(row);
  row.setAttribute("role", "group");
  remove.setAttribute("aria-label", t("view.remove"));
  field.replaceChildren(...facts.fields.map((/** @type {Field} */ one) => new Option(one.label, one.name)));
  if (filter) field.value = filter.field;
  const redraw = (/** @type {Filter} */ was) => {
    const chosen = /** @type {Field} */ (facts.byName.get(field.value));
    row.setAttribute("aria-label", chosen.label);
    op.replaceChildren(...chosen.ops.map((one) => new Option(one.label, one.name)));
    op.hidden = chosen.ops.length < 2 && ["flag"].includes(chosen.kind);
    if (was) op.value = was.op;
    parts(row).value.replaceChildren(VALUE[chosen.kind](chosen, was?.value));
  };
  field.addEventListener("change", () => redraw(/** @type {any} */ (undefined)));
  redraw(/** @type {Filter} */ (filter));
  return row;
}

/** What a row says; value null while nothing is chosen. @param {any} facts @param {HTMLElement} row @returns {Filter} */
export function readFilter(facts, row) {
  const { field, op, value } = parts(row);
  const chosen = /** @type {Field} */ (facts.byName.get(field.value));
  return { field: field.value, op: op.value, value: READ[chosen.kind](chosen, value.firstElementChild) };
}

/** @param {Field} field @param {any} value */
function single(field, value) {
  const select = /** @type {HTMLSelectElement} */ (make("select", "input sm"));
  select.setAttribute("aria-label", field.label);
  select.append(...field.choices.map((one, index) => new Option(one.label, String(index))));
  select.value = String(Math.max(0, field.choices.findIndex((one) => one.value === value)));
  return select;
}

/** A list to tick; its closed line says what is chosen. @param {Field} field @param {any[]} [value] */
function several(field, value = []) {
  const box = /** @type {HTMLDetailsElement} */ (clone("many"));
  const { summary, list } = parts(box);
  const gone = value.filter((one) => !field.choices.some((choice) => choice.value === one));
  const choices = [...field.choices, ...gone.map((one) => ({ value: one, label: String(one) }))];
  for (const choice of choices) {
    const line = make("label", "tickbox");
    const tick = /** @type {HTMLInputElement} */ (make("input"));
    tick.type = "checkbox";
    tick.name = `many-${(number += 1)}`;
    tick.checked = value.includes(choice.value);
    tick.value = JSON.stringify(choice.value);
    line.append(tick, make("bdi", "", choice.label));
    list.append(line);
  }
  const say = () => {
    const on = [...list.querySelectorAll(":checked")].map((/** @type {HTMLElement} */ tick) => tick.nextSibling?.textContent || "");
    summary.textContent = on.join(", ") || t("view.choose");
    summary.classList.toggle("hint", !on.length);
  };
  list.addEventListener("change", say);
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(/** @type {Node} */ (event.relatedTarget))) box.open = false;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    box.open = false;
    box.querySelector("summary")?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  say();
  return box;
}

/** @param {string} type */
const typed = (type) => (/** @type {Field} */ field, /** @type {any} */ value) => {
  const input = /** @type {HTMLInputElement} */ (make("input", "input sm"));
  Object.assign(input, { type, value: value ?? "", maxLength: 80, min: "1" });
  input.setAttribute("aria-label", field.label);
  return input;
};

/** @type {Record<string, (field: Field, value: any) => HTMLElement>} */
const VALUE = { one: single, flag: single, many: several, minutes: typed("number"), days: typed("number"), text: typed("text") };

const chosenOf = (/** @type {Field} */ field, /** @type {any} */ select) => field.choices[Number(select.value)]?.value ?? null;
const numberOf = (/** @type {Field} */ _field, /** @type {any} */ input) => (input.value === "" ? null : Number(input.value));

/** @type {Record<string, (field: Field, element: any) => any>} */
const READ = {
  one: chosenOf,
  flag: chosenOf,
  many: (_field, box) => {
    const on = [...box.querySelectorAll(":checked")].map((tick) => JSON.parse(tick.value));
    return on.length ? on : null;
  },
  minutes: numberOf,
  days: numberOf,
  text: (_field, input) => input.value.trim() || null,
};
