/** Completes a word while it is typed: "@" a colleague, ":" a face. Arrows, Enter or Tab, Escape. */
import { named } from "../lib/asking.js";
import { clone, face, make, parts } from "../lib/dom.js";
import { emoji } from "../lib/emoji.js";
import { t } from "../lib/i18n.js";
import { put } from "../lib/writing.js";

const NAME = /(^|[\s(])@([\p{L}\p{N}._-]{0,40})$/u;
const FACE = /(^|[\s(]):([a-z_]{2,20})$/;
const MOST = 8;

/** @typedef {{text: string, words: string, extra: string, who?: import("../lib/types.js").Agent}} Choice */

class WordPicker extends HTMLElement {
  /** @type {Choice[]} */ found = [];
  /** @type {HTMLTextAreaElement|null} */ area = null;
  at = 0;
  length = 0;

  connectedCallback() {
    this.addEventListener("pointerdown", (event) => event.preventDefault());
    this.addEventListener("click", (event) => {
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".opt"));
      if (option) this.choose([...this.children].indexOf(option));
    });
  }

  /** Look at the word before the caret. @param {HTMLTextAreaElement} area @param {boolean} names are colleagues called here */
  look(area, names) {
    const before = area.value.slice(Math.max(0, area.selectionStart - 60), area.selectionStart);
    const name = names ? NAME.exec(before) : null;
    const sign = name ? null : FACE.exec(before);
    this.area = area;
    this.length = (name || sign)?.[2].length ?? 0;
    /** @type {Choice[]} */
    let found = [];
    if (name) found = named(name[2]).slice(0, MOST).map((who) => ({ text: `@${who.name} `, words: who.name, extra: "", who }));
    else if (sign) found = emoji(sign[2]).slice(0, MOST).map(([word, character]) => ({ text: character, words: `${character}  :${word}`, extra: "" }));
    this.show(found);
  }

  close() {
    if (!this.hidden) this.show([]);
  }

  /** @param {Choice[]} found */
  show(found) {
    this.found = found;
    this.hidden = !found.length;
    this.setAttribute("aria-label", t("picker.words"));
    this.replaceChildren(...found.map((one, index) => this.option(one, index)));
    this.point(0);
  }

  /** @param {Choice} one @param {number} index */
  option({ words, who }, index) {
    const option = who ? clone("name-option") : make("div", "opt", words);
    option.id = `word-${index}`;
    option.setAttribute("role", "option");
    if (who) {
      const place = parts(option);
      face(place.avatar, who);
      place.name.textContent = words;
    }
    return option;
  }

  /** @param {number} at */
  point(at) {
    this.at = at;
    [...this.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    this.children[at]?.scrollIntoView({ block: "nearest" });
    if (this.found.length) this.area?.setAttribute("aria-activedescendant", `word-${at}`);
    else this.area?.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  choose(at) {
    const { area } = this;
    const one = this.found[at];
    if (!one || !area) return;
    const end = area.selectionStart;
    area.setSelectionRange(end - this.length - 1, end);
    put(area, one.text);
    this.close();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for the picker */
  key(event) {
    const n = this.found.length;
    if (!n) return false;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.point((this.at + 1) % n);
    else if (event.key === "ArrowUp") this.point((this.at - 1 + n) % n);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.choose(this.at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}

customElements.define("word-picker", WordPicker);
