/** Templates inside the composer: search as you type, preview beside, Enter inserts. */
import { api } from "../lib/api.js";
import { clone, debounce, onDo, parts } from "../lib/dom.js";
import { withGaps } from "../lib/gaps.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { answering } from "../lib/strands.js";
import { fileNodes, giveFiles } from "../lib/template-files.js";
import { advice, choices, languageWord, step } from "../lib/variants.js";

/** @typedef {import("../lib/variants.js").Template} Template */

class TemplatePicker extends HTMLElement {
  /** @type {Record<string, any>} */ place;
  /** @type {Template[]} */ found = [];
  /** @type {Map<string, Template[]>} */ known = new Map();
  at = 0;
  query = "";
  mayPropose = false;
  fetchSoon = debounce(() => this.fetch(), 90);

  connectedCallback() {
    this.append(.../** @type {any} */ (document.getElementById("t-picker")).content.cloneNode(true).children);
    this.place = parts(this);
    this.place.results.id = "picker-results";
    this.place.results.addEventListener("pointerdown", (/** @type {Event} */ event) => event.preventDefault());
    this.place.results.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".opt"));
      if (option) this.choose(Number(option.dataset.at));
    });
    this.place.results.addEventListener("pointermove", (/** @type {MouseEvent} */ event) => {
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".opt"));
      if (option && Number(option.dataset.at) !== this.at) this.point(Number(option.dataset.at));
    });
    this.place.preview.addEventListener("pointerdown", (/** @type {Event} */ event) => event.preventDefault());
    onDo(this, { language: () => this.step("language", 1), register: () => this.step("register", 1) });
    store.on("open", () => this.known.clear());
  }

  /** @param {string} query @param {boolean} [mayPropose] whether there are words that could become a template */
  search(query, mayPropose = false) {
    this.query = query;
    this.mayPropose = mayPropose;
    this.hidden = false;
    const known = this.known.get(query);
    if (known) this.show(known);
    else this.fetchSoon();
  }

  async fetch() {
    const { query } = this;
    try {
      const found = await api.get(`templates/?q=${encodeURIComponent(query)}&conversation=${answering(store.thread, Number(store.openId))}`);
      this.known.set(query, found);
      if (query === this.query && !this.hidden) this.show(found);
    } catch (error) {
      if (query === this.query) this.show([], t("picker.error", { why: /** @type {Error} */ (error).message }));
    }
  }

  close() {
    this.hidden = true;
    this.found = [];
    this.tell();
  }

  /** @param {Template[]} found @param {string} [words] */
  show(found, words = "") {
    const rank = (/** @type {Template} */ one) =>
      one.shortcut === this.query ? 0 : one.shortcut.startsWith(this.query) ? 1 : one.name.toLowerCase().startsWith(this.query.toLowerCase()) ? 2 : 3;
    this.found = found = this.query ? [...found].sort((a, b) => rank(a) - rank(b)) : found;
    const { results, preview, none } = this.place;
    results.hidden = !this.count;
    preview.hidden = !found.length;
    none.hidden = !!found.length;
    none.textContent = words || (this.query ? t("picker.none", { query: this.query }) : t("picker.empty"));
    results.replaceChildren(...found.map((template, index) => this.option(template, index)), ...(this.mayPropose ? [this.last()] : []));
    this.point(0);
  }

  /** How many options there are. */
  get count() {
    return this.found.length + (this.mayPropose ? 1 : 0);
  }

  /** The option below the templates: what stands in the composer becomes one. */
  last() {
    const option = clone("picker-propose");
    option.id = `picker-${this.found.length}`;
    option.dataset.at = String(this.found.length);
    return option;
  }

  /** @param {Template} template @param {number} index */
  option(template, index) {
    const option = clone("picker-option");
    option.id = `picker-${index}`;
    option.dataset.at = String(index);
    const { name } = parts(option);
    const at = this.query ? template.name.toLowerCase().indexOf(this.query.toLowerCase()) : -1;
    if (at < 0) name.textContent = template.name;
    else {
      const mark = document.createElement("mark");
      mark.textContent = template.name.slice(at, at + this.query.length);
      name.append(template.name.slice(0, at), mark, template.name.slice(at + this.query.length));
    }
    return option;
  }

  /** @param {number} at */
  point(at) {
    this.at = at;
    const options = [...this.place.results.children];
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    options[at]?.scrollIntoView({ block: "nearest" });
    this.draw();
    this.tell();
  }

  /** The preview: what is filled, what is open, and what is to be known before. */
  draw() {
    const template = this.found[this.at];
    const { place } = this;
    const variant = template?.variants[template.chosen];
    place.preview.hidden = !variant;
    place.language.hidden = place.register.hidden = !variant;
    place.shortcut.textContent = template ? `/${template.shortcut}` : "";
    const said = template ? advice(template) : { warning: "", before: "" };
    place.warning.hidden = !said.warning;
    place.warningword.textContent = said.warning;
    place.before.hidden = !said.before;
    place.beforeword.textContent = said.before;
    place.words.replaceChildren(...(variant ? withGaps(variant.text, "span", "slot", true, variant.filled) : []));
    place.words.lang = variant?.language || "";
    place.files.replaceChildren(...fileNodes(variant?.files || []));
    if (!variant) return;
    place.languageword.textContent = languageWord(variant);
    place.registerword.textContent = t(`register.${variant.register}`);
    place.language.disabled = choices(template, "language").length < 2;
    place.register.disabled = choices(template, "register").length < 2;
  }

  /** @param {"language"|"register"} axis @param {number} by */
  step(axis, by) {
    const template = this.found[this.at];
    if (!template) return;
    step(template, axis, by);
    this.draw();
  }

  /** Tell the words which option is pointed at. */
  tell() {
    this.dispatchEvent(new CustomEvent("pointed", { detail: this.count ? `picker-${this.at}` : "" }));
  }

  /** @param {number} at */
  choose(at) {
    const template = this.found[at];
    if (template) this.insert(template);
    else if (this.mayPropose) this.dispatchEvent(new CustomEvent("propose"));
  }

  /** Give it to the composer; the palette chooses without the picker being open. @param {Template} template */
  insert(template) {
    const variant = template.variants[template.chosen];
    if (!variant) return;
    this.dispatchEvent(new CustomEvent("chosen", { detail: { id: template.id, text: variant.text, files: giveFiles(template, variant) } }));
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for the picker */
  key(event) {
    if (this.hidden) return false;
    const n = this.count;
    if (event.key === "Escape") this.close();
    else if (!n) return false;
    else if (event.key === "ArrowDown") this.point((this.at + 1) % n);
    else if (event.key === "ArrowUp") this.point((this.at - 1 + n) % n);
    else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const forward = (event.key === "ArrowRight") === (getComputedStyle(this).direction === "ltr");
      this.step(event.shiftKey ? "language" : "register", forward ? 1 : -1);
    } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.choose(this.at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}

customElements.define("template-picker", TemplatePicker);
