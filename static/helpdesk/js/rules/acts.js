/** Rows of actions: what, and with which value. */
import { boot } from "../lib/boot.js";
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { addRow, choose, field } from "./rows.js";

/** @typedef {{name: string, label: string, value: string}} Act */
/** @type {Act[]} */
const ACTS = boot.schema.acts;

/** @param {Act} act @param {any} value @returns {import("./rows.js").Control} */
function control(act, value) {
  const choices = boot.schema.choices[act.value];
  if (choices) return choose(choices, value, act.label);
  if (act.value === "hours") return field("number", value ?? 4, act.label, { min: "1", max: "720", step: "1" });
  if (act.value === "text") return field("long", value, act.label, { rows: "3", maxlength: "5000" });
  return { element: make("span"), read: () => null };
}

/** @param {HTMLElement} list @param {{act?: string, value?: any}} [written] @param {boolean} [focus] */
export function addAct(list, written = {}, focus = false) {
  const place = make("span", "value");
  let inner = control(ACTS[0], null);
  const show = (/** @type {string} */ name, /** @type {any} */ value) => {
    inner = control(ACTS.find((one) => one.name === name) || ACTS[0], value);
    place.replaceChildren(inner.element);
  };
  const label = t("rule.action", { n: list.children.length + 1 });
  const which = choose(ACTS.map((one) => [one.name, one.label]), written.act, label, (name) => show(name, null));
  show(which.read(), written.value);
  const row = addRow(list, [which.element, place], () => ({ act: which.read(), value: inner.read() }), label);
  if (focus) /** @type {HTMLElement} */ (row.querySelector("select")).focus();
}
