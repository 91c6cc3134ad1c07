/**
 * A small form inside the composer, opened by its tool: one at a time, closed by Escape, never
 * over what is written. What was typed stays until it was taken or another conversation opens.
 */
import { complain, parts } from "./dom.js";
import { store } from "./store.js";

export class InlineForm extends HTMLElement {
  /** @type {Record<string, any>} */ place;
  /** @type {HTMLFormElement} */ form;
  /** @type {HTMLElement} */ box;
  busy = false;
  used = false; // since it was emptied

  /** The data-do of the button that opens it. */
  get tool() {
    return "";
  }

  connectedCallback() {
    this.place = parts(this);
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.box = /** @type {HTMLElement} */ (this.closest("composer-box"));
    this.box.addEventListener("click", (event) => {
      const act = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-do]"))?.dataset.do;
      if (act === this.tool) this.toggle();
      else if (act === "close-form" && this.contains(/** @type {Node} */ (event.target))) this.close();
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.busy) this.submit();
    });
    this.form.addEventListener("input", () => this.complain(""));
    store.on("open", () => this.renew());
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.box.querySelector(`.bar [data-do=${this.tool}]`));
  }

  toggle() {
    if (this.hidden) this.open();
    else this.close();
  }

  open() {
    for (const other of this.box.querySelectorAll("[data-inline]:not([hidden])")) /** @type {any} */ (other).close();
    this.hidden = false;
    this.used = true;
    this.button.setAttribute("aria-expanded", "true");
    this.prepare();
    /** @type {HTMLElement|null} */ (this.form.querySelector("input:not([type=file]), textarea"))?.focus();
  }

  close() {
    if (this.hidden) return;
    const within = this.contains(document.activeElement);
    this.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (within) this.button.focus();
  }

  /** Another conversation: nothing of the old one may be sent to it. */
  renew() {
    if (!this.used) return; // to empty what is empty costs as much as all the rest of a switch
    this.used = false;
    this.close();
    this.form.reset();
    this.complain("");
  }

  /** Done: empty for the next time. */
  finish() {
    this.form.reset();
    this.close();
  }

  /** @param {string} words beside the button; "" takes them back @param {string} [field] the input that is wrong */
  complain(words, field = "") {
    complain(this.form, this.place.fault, words, field);
  }

  /** The trimmed text of a field. @param {string} name */
  value(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name)).value.trim();
  }

  /** Put a text into a field that is empty. @param {string} name @param {string} text */
  suggest(name, text) {
    const input = /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
    if (!input.value) input.value = text;
  }

  /** Before it shows: fill in what is known. */
  prepare() {}

  submit() {}
}
