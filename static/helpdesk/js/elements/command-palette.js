/** Ctrl+K: everything that can be done or opened, by typing a piece of its name. */
import { clone, debounce, icon, make, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { atHand, fetched, GROUPS } from "../lib/palette.js";

const PATIENCE = 180; // ms after the last letter

class CommandPalette extends HTMLElement {
  /** @type {HTMLDialogElement} */ dialog;
  /** @type {HTMLInputElement} */ field;
  /** @type {HTMLElement} */ list;
  /** @type {import("../lib/palette.js").Offer[]} */ offers = [];
  at = 0;
  asked = 0;
  askSoon = debounce(() => this.ask(), PATIENCE);

  connectedCallback() {
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    const place = parts(this);
    this.field = place.field;
    this.list = place.list;
    this.foot = place.foot;
    this.field.addEventListener("input", () => this.typed());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.list.addEventListener("pointermove", (event) => {
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-at]"));
      if (option && Number(option.dataset.at) !== this.at) this.point(Number(option.dataset.at), false);
    });
    document.addEventListener("keydown", (event) => {
      if (event.code !== "KeyK" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (this.dialog.open) this.dialog.close();
      else if (!document.querySelector("dialog[open]")) this.show();
    });
    document.addEventListener("click", (event) => /** @type {Element} */ (event.target).closest("[data-do=palette]") && this.show());
  }

  show() {
    this.field.value = "";
    this.dialog.showModal();
    this.typed();
  }

  get query() {
    return this.field.value.trim();
  }

  typed() {
    this.asked += 1;
    this.foot.textContent = "";
    this.draw(atHand(this.query));
    if (this.query.length > 1) this.askSoon();
  }

  async ask() {
    const mine = ++this.asked;
    const { query } = this;
    if (query.length < 2 || !this.dialog.open) return;
    const more = await fetched(query);
    if (mine !== this.asked || !this.dialog.open) return;
    const known = this.offers[this.at];
    const offers = [...atHand(query), ...(more || [])];
    this.draw(offers, Math.max(0, offers.findIndex((one) => one.words === known?.words && one.group === known.group)));
    this.foot.textContent = more ? "" : t("palette.offline");
  }

  /** @param {import("../lib/palette.js").Offer[]} offers @param {number} [at] */
  draw(offers, at = 0) {
    const heads = /** @type {Record<string, string>} */ (GROUPS());
    this.offers = Object.keys(heads).flatMap((group) => offers.filter((one) => one.group === group));
    let group = "";
    const items = this.offers.flatMap((offer, index) => {
      const head = offer.group === group ? [] : [this.head(heads[offer.group])];
      group = offer.group;
      return [...head, this.option(offer, index)];
    });
    this.list.replaceChildren(...(items.length ? items : [make("p", "hint", t("palette.none", { q: this.query }))]));
    this.point(Math.min(at, this.offers.length - 1));
  }

  /** @param {string} words */
  head(words) {
    const head = make("div", "title", words);
    head.setAttribute("role", "presentation");
    return head;
  }

  /** @param {import("../lib/palette.js").Offer} offer @param {number} index */
  option(offer, index) {
    const option = clone("palette-option");
    const place = parts(option);
    option.id = `palette-${index}`;
    option.dataset.at = String(index);
    place.icon.replaceWith(icon(offer.icon, 16));
    place.words.textContent = offer.words;
    if (offer.more) place.more.textContent = offer.more;
    else place.more.remove();
    if (offer.key) place.key.append(...offer.key.split(" ").map((key) => make("kbd", "", key.toUpperCase())));
    else place.key.remove();
    return option;
  }

  /** @param {number} at @param {boolean} [scroll] */
  point(at, scroll = true) {
    this.at = at;
    for (const option of /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll("[data-at]"))) {
      const on = Number(option.dataset.at) === at;
      option.setAttribute("aria-selected", String(on));
      if (on && scroll) option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `palette-${at}`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const n = this.offers.length;
    if (event.isComposing || !n) return;
    if (event.key === "ArrowDown") this.point((this.at + 1) % n);
    else if (event.key === "ArrowUp") this.point((this.at - 1 + n) % n);
    else if (event.key === "Enter") this.choose(this.at);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    if (event.target === this.dialog) return this.dialog.close();
    const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-at]"));
    if (option) this.choose(Number(option.dataset.at));
  }

  /** @param {number} at */
  choose(at) {
    const offer = this.offers[at];
    if (!offer) return;
    this.dialog.close(); // first: what it does may want the focus
    offer.act();
  }
}

customElements.define("command-palette", CommandPalette);
