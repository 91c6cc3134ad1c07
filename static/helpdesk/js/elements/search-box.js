/** The field above the list: what is typed there is searched for. */
import { debounce, onDo } from "../lib/dom.js";
import { bind } from "../lib/keys.js";
import { find, search } from "../lib/search.js";
import { store } from "../lib/store.js";

const PATIENCE = 200; // ms after the last letter

class SearchBox extends HTMLElement {
  connectedCallback() {
    const field = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    const soon = debounce(() => find(field.value.trim()), PATIENCE);
    field.addEventListener("input", soon);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") find(field.value.trim());
      else if (event.key === "ArrowDown") /** @type {HTMLElement|null} */ (document.querySelector("inbox-list a.row"))?.focus();
      else if (event.key === "Escape" && field.value) this.leave(field);
      else return;
      event.preventDefault();
    });
    onDo(this, { "end-search": () => this.leave(field) });
    store.on("search", () => this.draw());
    bind({ f: () => field.select() });
    this.draw();
  }

  /** @param {HTMLInputElement} field */
  leave(field) {
    field.value = "";
    find("");
    field.focus();
  }

  draw() {
    /** @type {HTMLElement} */ (this.querySelector("[data-do=end-search]")).hidden = !search.q;
    /** @type {HTMLElement} */ (this.querySelector("kbd")).hidden = !!search.q;
  }
}

customElements.define("search-box", SearchBox);
