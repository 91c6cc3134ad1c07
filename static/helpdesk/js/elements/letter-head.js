/** Above a mail's words: its recipients. Below them: the signature, which can be left out. */
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { byLetter, letter, propose, write } from "../lib/letters.js";
import { store } from "../lib/store.js";

/** @typedef {import("../lib/letters.js").Letter} Letter */
const FIELDS = /** @type {const} */ (["to", "cc", "bcc"]);

class LetterHead extends HTMLElement {
  open = false;

  connectedCallback() {
    store.on("open", () => this.closed());
    store.on("thread", (id) => id === store.openId && this.ask());
    store.on("outbox", (id) => id === store.openId && this.ask());
    this.closed();
  }

  get foot() {
    return /** @type {HTMLElement} */ (this.closest("composer-box")?.querySelector(".letterfoot"));
  }

  closed() {
    this.open = false;
    this.ask();
  }

  async ask() {
    const id = store.openId;
    if (id === null || !byLetter()) return this.draw(undefined);
    try {
      const found = await propose(id);
      if (id === store.openId) this.draw(found);
    } catch {
      this.draw(undefined); // the server knows whom to answer; the words can leave all the same
    }
  }

  /** @param {Letter|undefined} found @param {boolean} [anew] also where the focus is inside */
  draw(found, anew = false) {
    this.hidden = !found;
    this.foot.hidden = !found?.signature;
    if (!found) return;
    if (anew || !this.contains(document.activeElement)) this.replaceChildren(...(this.open ? this.fields(found) : [this.line(found)]), ...this.warning(found));
    if (found.signature && !this.foot.contains(document.activeElement)) this.foot.replaceChildren(...this.signature(found));
  }

  /** One line that says it all. @param {Letter} found */
  line(found) {
    const line = make("div", "line");
    const who = make("span", "cut grow");
    for (const name of FIELDS) {
      if (!found[name]) continue;
      const pair = make("span", "pair");
      pair.append(make("span", "meta", t(`letter.${name}`)), " ", make("bdi", "", found[name]));
      who.append(pair, " ");
    }
    line.append(who, this.button(t("letter.change"), () => this.unfold()));
    return line;
  }

  unfold() {
    this.open = true;
    this.draw(this.now, true);
    /** @type {HTMLElement|undefined} */ (this.querySelectorAll("input")[1])?.focus();
  }

  get now() {
    return store.openId === null ? undefined : letter(store.openId);
  }

  /** @param {Letter} found */
  fields(found) {
    return FIELDS.map((name) => {
      const line = make("div", "line");
      const label = make("label", "line grow");
      const input = document.createElement("input");
      Object.assign(input, { className: "input sm grow", value: found[name], dir: "ltr", autocomplete: "off", spellcheck: false, inputMode: "email" });
      input.addEventListener("input", () => store.openId !== null && write(store.openId, { [name]: input.value }));
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        this.fold();
      });
      label.append(make("span", "meta name", t(`letter.${name}`)), input);
      line.append(label);
      if (name === "to") line.append(this.button(t("letter.done"), () => this.fold()));
      return line;
    });
  }

  fold() {
    this.open = false;
    /** @type {HTMLElement|null|undefined} */ (this.closest("composer-box")?.querySelector("textarea.text"))?.focus();
    this.draw(this.now, true);
  }

  /** @param {Letter} found */
  warning(found) {
    const still = found.elsewhere && found.to.includes(`@${found.elsewhere}`);
    return still ? [make("div", "quietbar", t("letter.elsewhere", { domain: found.elsewhere }))] : [];
  }

  /** @param {Letter} found */
  signature(found) {
    const box = make("div", "signature");
    const words = make("div", "line-up", found.signature);
    words.dir = "auto";
    box.append(words);
    box.hidden = !found.signed;
    const toggle = this.button(t(found.signed ? "letter.unsigned" : "letter.signed"), () => {
      if (store.openId === null) return;
      write(store.openId, { signed: !found.signed });
      toggle.blur();
      this.draw(this.now);
    });
    toggle.setAttribute("aria-pressed", String(!found.signed));
    return [box, toggle];
  }

  /** @param {string} words @param {() => void} act */
  button(words, act) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "link", words));
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }
}

customElements.define("letter-head", LetterHead);
