/** The open conversation's tags under its head: chips to remove, a field that knows the vocabulary. */
import { setTag } from "../lib/actions.js";
import { boot } from "../lib/boot.js";
import { clone, make, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { chip, fitting } from "../lib/tagging.js";
import { known } from "../lib/views.js";

const MOST = 6;

class TagChips extends HTMLElement {
  sig = "";
  at = 0;

  connectedCallback() {
    this.place = parts(this);
    const { field, list, add } = this.place;
    store.later(["open", "rows", "thread"], () => this.draw());
    add.addEventListener("click", () => this.ask());
    field.addEventListener("input", () => this.suggest());
    field.addEventListener("blur", () => setTimeout(() => this.contains(document.activeElement) || this.rest(), 120));
    this.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      event.preventDefault(); // the field keeps the focus
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-name]"));
      if (option) this.put(option.dataset.name || "");
    });
    this.draw();
  }

  get chips() {
    return /** @type {HTMLElement[]} */ ([...this.place.chips.querySelectorAll("button")]);
  }

  draw() {
    const { row } = store;
    this.hidden = !row || !store.thread || row.state === "closed";
    if (!row || this.hidden) return;
    const sig = JSON.stringify([row.id, row.tags]);
    if (sig === this.sig) return;
    const other = !this.sig.startsWith(`[${row.id},`);
    this.sig = sig;
    const had = this.chips.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    this.place.chips.replaceChildren(...(row.tags || []).map((name) => this.chip(name)));
    this.classList.toggle("none", !row.tags?.length);
    if (other) this.rest();
    else if (had >= 0) (this.chips[Math.min(had, this.chips.length - 1)] || this.place.add).focus();
  }

  /** @param {string} name */
  chip(name) {
    const item = /** @type {HTMLButtonElement} */ (clone("tag-chip"));
    parts(item).text.replaceWith(chip(name));
    item.setAttribute("aria-label", t("tag.remove", { name }));
    item.title = t("tag.remove", { name });
    item.addEventListener("click", () => setTag(name, false));
    return item;
  }

  ask() {
    const { field, add } = this.place;
    add.hidden = true;
    field.hidden = false;
    field.focus();
    this.suggest();
  }

  rest() {
    const { field, add, list } = this.place;
    if (field.value) field.value = ""; // setting it has the browser look for forms, which is dear
    field.hidden = list.hidden = true;
    add.hidden = false;
    field.setAttribute("aria-expanded", "false");
  }

  /** What fits and is not there yet; a new one for those who may make it. */
  suggest() {
    const { field, list } = this.place;
    const q = field.value.trim();
    const own = new Set(store.row?.tags || []);
    const names = fitting(q).filter((name) => !own.has(name)).slice(0, MOST);
    const same = fitting(q).some((name) => name.toLocaleLowerCase() === q.toLocaleLowerCase());
    const items = names.map((name) => this.option(name, chip(name)));
    if (q && !same && boot.may?.make_tags) items.push(this.option(q, make("span", "", t("tag.make", { name: q }))));
    list.replaceChildren(...(items.length ? items : [make("p", "hint", t(q ? "tag.none" : "tag.empty"))]));
    // Every tag is there already: nothing to say before something is typed.
    list.hidden = !items.length && !q && known.tags.size > 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    this.point(0);
  }

  /** @param {string} name @param {HTMLElement} shown */
  option(name, shown) {
    const item = make("div", "opt");
    item.setAttribute("role", "option");
    item.dataset.name = name;
    item.append(shown);
    return item;
  }

  /** @param {number} at */
  point(at) {
    const items = [...this.place.list.querySelectorAll("[data-name]")];
    this.at = Math.max(0, Math.min(at, items.length - 1));
    items.forEach((item, index) => {
      item.id = `tag-option-${index}`;
      item.setAttribute("aria-selected", String(index === this.at));
    });
    if (items.length) this.place.field.setAttribute("aria-activedescendant", `tag-option-${this.at}`);
    else this.place.field.removeAttribute("aria-activedescendant");
  }

  /** @param {string} name */
  async put(name) {
    if (!name) return;
    this.place.field.value = "";
    await setTag(name, true);
    if (!this.place.field.hidden) this.suggest();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const { field, list, add } = this.place;
    const stops = [...this.chips, field.hidden ? add : field];
    const at = stops.indexOf(event.target);
    const back = event.key === (getComputedStyle(this).direction === "rtl" ? "ArrowRight" : "ArrowLeft");
    const on = event.key === (getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight");
    const inField = event.target === field;
    if (inField && event.key === "ArrowDown") this.point(this.at + 1);
    else if (inField && event.key === "ArrowUp") this.point(this.at - 1);
    else if (inField && event.key === "Enter") this.put(list.querySelector("[aria-selected=true]")?.dataset.name || "");
    else if (inField && event.key === "Escape") {
      this.rest();
      add.focus();
    } else if (inField && (field.value || (!back && event.key !== "Backspace"))) return;
    else if (back || (inField && event.key === "Backspace")) stops[Math.max(0, at - 1)]?.focus();
    else if (on) stops[Math.min(stops.length - 1, at + 1)]?.focus();
    else if (!inField && (event.key === "Delete" || event.key === "Backspace") && event.target !== add) event.target instanceof HTMLElement && event.target.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define("tag-chips", TagChips);
