/** Macros by keyboard: M, a few letters, Enter. Runs one on the open conversation. */
import { runMacro } from "../lib/macros.js";
import { api } from "../lib/api.js";
import { clone, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { store } from "../lib/store.js";

/** @typedef {import("../lib/macros.js").Macro} Macro */

class MacroPicker extends HTMLElement {
  /** @type {HTMLDialogElement} */ dialog;
  /** @type {Record<string, any>} */ place;
  /** @type {Macro[]} */ known = [];
  /** @type {Macro[]} */ found = [];
  at = 0;

  connectedCallback() {
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    this.place = parts(this);
    this.dialog.addEventListener("click", (event) => {
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".opt"));
      if (option) this.choose(Number(option.dataset.at));
      else if (event.target === this.dialog) this.dialog.close();
    });
    this.place.find.addEventListener("input", () => this.show());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    bind({ m: () => this.open() });
  }

  async open() {
    if (!store.row || this.dialog.open) return;
    this.place.find.value = "";
    this.known = [];
    this.show(" ");
    this.dialog.showModal();
    this.place.find.focus();
    try {
      this.known = (await api.get("macros/")).results;
      this.show();
    } catch (error) {
      this.show(t("macro.error", { why: /** @type {Error} */ (error).message }));
    }
  }

  /** @param {string} [words] instead of "none found" */
  show(words = "") {
    const query = this.place.find.value.trim();
    const plain = (/** @type {string} */ text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    this.found = this.known.filter((one) => plain(one.name).includes(plain(query)));
    const { results, none } = this.place;
    results.hidden = !this.found.length;
    none.hidden = this.found.length > 0;
    none.textContent = words || (query ? t("macro.none", { query }) : t("macro.empty"));
    results.replaceChildren(...this.found.map((one, index) => this.option(one, index)));
    this.point(0);
  }

  /** @param {Macro} one @param {number} index */
  option(one, index) {
    const option = clone("macro");
    option.id = `macro-${index}`;
    option.dataset.at = String(index);
    const place = parts(option);
    place.name.textContent = one.name;
    place.acts.textContent = one.acts.join("; ");
    return option;
  }

  /** @param {number} at */
  point(at) {
    this.at = at;
    const options = [...this.place.results.children];
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    options[at]?.scrollIntoView({ block: "nearest" });
    if (options[at]) this.place.find.setAttribute("aria-activedescendant", options[at].id);
    else this.place.find.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  choose(at) {
    const one = this.found[at];
    if (!one || !store.row) return;
    this.dialog.close();
    runMacro(store.row.id, one);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const n = this.found.length;
    if (event.isComposing || !n) return;
    if (event.key === "ArrowDown") this.point((this.at + 1) % n);
    else if (event.key === "ArrowUp") this.point((this.at - 1 + n) % n);
    else if (event.key === "Enter") this.choose(this.at);
    else return;
    event.preventDefault();
  }
}

customElements.define("macro-picker", MacroPicker);
