/** @file Questions, hours and closed days: rows that are added, moved and removed by buttons. */
import { clone, onDo } from "../../helpdesk/js/lib/dom.js";

/** @param {HTMLFormElement} form @param {import("./languages.js").Languages} languages @param {() => void} changed */
export function startRows(form, languages, changed) {
  const list = /** @type {HTMLElement} */ (form.querySelector("ol[data-part=questions]"));
  const week = /** @type {HTMLElement} */ (form.querySelector("[data-part=week]"));
  const nothing = /** @type {HTMLElement} */ (form.querySelector("[data-part=noquestions]"));
  let made = 0;

  /** Choices belong to one kind of question only. @param {Element} row */
  function suit(row) {
    const kind = /** @type {HTMLSelectElement} */ (row.querySelector("[data-part=kind]"));
    /** @type {HTMLElement} */ (row.querySelector("[data-part=choices]")).hidden = kind.value !== "choice";
  }

  function draw() {
    nothing.hidden = list.children.length > 0;
    for (const row of list.children) suit(row);
    const set = /** @type {HTMLInputElement} */ (form.querySelector("input[name=hours][value=set]"));
    week.hidden = !set.checked;
  }

  /** The template's key NEW gives way to one of its own, in names, ids and labels. */
  function addQuestion() {
    const row = clone("question");
    const key = `n${(made += 1)}`;
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["name", "id", "for", "value"]) {
        const text = element.getAttribute(name);
        if (text && /\bNEW\b/.test(text)) element.setAttribute(name, text.replace(/\bNEW\b/, key));
      }
    }
    list.append(row);
    languages.show(row);
    draw();
    changed();
    /** @type {HTMLElement} */ (row.querySelector("select")).focus();
  }

  /** @param {string} name @param {HTMLElement} row */
  function add(name, row) {
    for (const field of row.querySelectorAll("input")) {
      if (field.name.startsWith(".")) field.name = name + field.name;
    }
    form.querySelector(`[data-rows="${name}"]`)?.append(row);
    row.querySelector("input")?.focus();
  }

  /** @param {HTMLElement} button @param {number} by */
  function move(button, by) {
    const row = /** @type {HTMLElement} */ (button.closest("[data-row]"));
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    button.focus();
    changed();
  }

  /** The focus goes to what is beside, never to the top of the page. @param {HTMLElement} button */
  function remove(button) {
    const row = /** @type {HTMLElement} */ (button.closest("[data-row]"));
    const beside = row.nextElementSibling || row.previousElementSibling || row.parentElement?.parentElement;
    row.remove();
    draw();
    changed();
    /** @type {HTMLElement | null | undefined} */ (beside?.querySelector("select, input:not([type=hidden]), button"))?.focus();
  }

  const zone = /** @type {HTMLSelectElement} */ (form.querySelector("[data-part=zone]"));
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const unset = !zone.querySelector("option[selected]");
  if (unset && [...zone.options].some((option) => option.value === own)) zone.value = own;

  form.addEventListener("change", draw);
  onDo(form, {
    "question-add": addQuestion,
    "span-add": (button) => add(button.dataset.name || "", clone("span")),
    "closed-add": () => add("hours.closed", clone("closed")),
    "row-up": (button) => move(button, -1),
    "row-down": (button) => move(button, 1),
    "row-remove": remove,
  });
  draw();
}
