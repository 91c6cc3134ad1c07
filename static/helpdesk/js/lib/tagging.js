/** The panel of tags: type to find, Enter toggles, a new one for those who may make it. */
import { boot } from "./boot.js";
import { clone, icon, make, parts } from "./dom.js";
import { t } from "./i18n.js";
import { known } from "./views.js";

/** @typedef {{has: (name: string) => boolean, toggle: (name: string, on: boolean) => Promise<any>}} Marks */

/** A tag as a chip. @param {string} name */
export function chip(name) {
  const box = make("bdi", "tag tint", name);
  box.style.setProperty("--hue", String(known.tags.get(name) ?? 70));
  return box;
}

/** Names that fit, those that begin so first. @param {string} q */
export function fitting(q) {
  const wanted = q.toLocaleLowerCase();
  const names = [...known.tags.keys()].filter((name) => name.toLocaleLowerCase().includes(wanted));
  const begins = (/** @type {string} */ name) => (name.toLocaleLowerCase().startsWith(wanted) ? 0 : 1);
  return names.sort((a, b) => begins(a) - begins(b) || a.localeCompare(b));
}

/** @param {Marks} marks @returns {HTMLElement[]} what stands in the menu */
export function tagPanel(marks) {
  const panel = clone("tag-panel");
  const { field, list } = parts(panel);
  const draw = () => {
    const q = field.value.trim();
    const names = fitting(q);
    const items = names.map((name) => item(name, marks, draw));
    const same = names.some((name) => name.toLocaleLowerCase() === q.toLocaleLowerCase());
    if (q && !same && boot.may?.make_tags) items.push(maker(q, marks, draw, field));
    list.replaceChildren(...items);
    if (!items.length) list.append(make("p", "hint", t(q ? "tag.none" : "tag.empty")));
  };
  field.addEventListener("input", draw);
  panel.addEventListener("keydown", (event) => walk(event, field, list));
  panel.addEventListener("click", (event) => event.stopPropagation()); // several in a row: the menu stays
  draw();
  queueMicrotask(() => field.focus());
  return [panel];
}

/** @param {string} name @param {Marks} marks @param {() => void} draw */
function item(name, marks, draw) {
  const button = clone("opt-tag");
  const { text } = parts(button);
  text.replaceWith(chip(name));
  const on = marks.has(name);
  button.setAttribute("aria-checked", String(on));
  button.dataset.tag = name;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-checked", String(!on));
    const focused = document.activeElement === button;
    await marks.toggle(name, !on);
    draw();
    if (focused) /** @type {HTMLElement|undefined} */ ([...document.querySelectorAll("[data-tag]")].find((one) => /** @type {HTMLElement} */ (one).dataset.tag === name))?.focus();
  });
  return button;
}

/** @param {string} name @param {Marks} marks @param {() => void} draw @param {HTMLInputElement} field */
function maker(name, marks, draw, field) {
  const button = clone("opt");
  const place = parts(button);
  place.icon.replaceWith(icon("plus", 16));
  place.text.textContent = t("tag.make", { name });
  place.extra.remove();
  button.addEventListener("click", async () => {
    await marks.toggle(name, true);
    field.value = "";
    draw();
    field.focus();
  });
  return button;
}

/** Arrows go through the tags, Enter in the field toggles the first. @param {KeyboardEvent} event @param {HTMLInputElement} field @param {HTMLElement} list */
function walk(event, field, list) {
  if (event.isComposing) return;
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".opt")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (event.key === "Enter" && event.target === field) items[0]?.click();
  else if (event.key === "ArrowDown") items[Math.min(at + 1, items.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? items[at - 1] : field).focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
