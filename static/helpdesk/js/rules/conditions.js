/** Rows of conditions: field, comparison, value; and groups of them, one level deep. */
import { boot } from "../lib/boot.js";
import { clone, make, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { addRow, choose, field, readAll } from "./rows.js";

/** @typedef {{name: string, label: string, kind: string, ops: [string, string][], least: number, most: number}} Field */
/** @type {Field[]} */
const FIELDS = boot.schema.fields;

/** @param {Field} one @param {any} value @returns {import("./rows.js").Control} */
function control(one, value) {
  if (one.kind === "flag") return choose([[true, t("rule.yes")], [false, t("rule.no")]], value, one.label);
  if (one.kind === "number") return field("number", value ?? one.least, one.label, { min: String(one.least), max: String(one.most), step: "1" });
  if (one.kind === "choice") return choose(boot.schema.choices[one.name], value, one.label);
  return field("text", value, one.label, { maxlength: "200" });
}

/** @param {HTMLElement} list @param {any} [written] @param {boolean} [focus] */
export function addCondition(list, written = {}, focus = false) {
  const place = make("span", "compare");
  const label = t("rule.condition", { n: list.children.length + 1 });
  let [op, inner] = [choose([], null, label), control(FIELDS[0], null)];
  const show = (/** @type {string} */ name, /** @type {string|undefined} */ compared, /** @type {any} */ value) => {
    const one = FIELDS.find((known) => known.name === name) || FIELDS[0];
    op = choose(one.ops, compared, one.label);
    inner = control(one, value);
    place.replaceChildren(op.element, inner.element);
  };
  const start = FIELDS.some((one) => one.name === written.field) ? written.field : "body";
  const which = choose(FIELDS.map((one) => [one.name, one.label]), start, label, (name) => show(name, undefined, null));
  show(start, written.op, written.value);
  const row = addRow(list, [which.element, place], () => ({ field: which.read(), op: op.read(), value: inner.read() }), label);
  if (focus) /** @type {HTMLElement} */ (row.querySelector("select")).focus();
}

/** @param {HTMLElement} list @param {any} [written] @param {boolean} [focus] */
export function addGroup(list, written = { match: "any", rows: [{}] }, focus = false) {
  const group = clone("group");
  const place = parts(group);
  const label = t("rule.group", { n: list.children.length + 1 });
  place.match.value = written.match === "all" ? "all" : "any";
  for (const one of written.rows) addCondition(place.rows, one);
  place.add.addEventListener("click", () => addCondition(place.rows, {}, true));
  addRow(list, [group], () => ({ match: place.match.value, rows: readAll(place.rows) }), label);
  if (focus) place.match.focus();
}

/** @param {HTMLElement} list @param {any} conditions */
export function fillConditions(list, conditions) {
  for (const one of conditions?.rows || []) {
    if (one && Array.isArray(one.rows)) addGroup(list, one);
    else addCondition(list, one || {});
  }
}
