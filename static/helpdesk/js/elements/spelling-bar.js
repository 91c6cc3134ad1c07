/** Below an answer: what may be misspelt, and one key to take the suggestion. Nothing changes by itself. */
import { api } from "../lib/api.js";
import { boot } from "../lib/boot.js";
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { say } from "../lib/say.js";
import { store } from "../lib/store.js";
import { put } from "../lib/writing.js";

/** @typedef {{offset: number, length: number, word: string, words: string[], text: string}} Match */
const PAUSE = 900; // ms after the last letter
const SHOWN = 3;

class SpellingBar extends HTMLElement {
  /** @type {Match[]} */ found = [];
  asked = 0;

  connectedCallback() {
    if (!boot.spelling) return;
    this.area = /** @type {HTMLTextAreaElement} */ (this.closest("composer-box")?.querySelector("textarea.text"));
    this.area.addEventListener("input", () => this.later());
    this.area.addEventListener("keydown", (event) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "Period" || !this.here().length) return;
      event.preventDefault();
      this.take(this.here()[0], 0);
    });
    store.on("open", () => this.forget());
    document.addEventListener("keydown", (event) => event.key === "Escape" && !this.hidden && this.contains(document.activeElement) && this.area?.focus());
  }

  /** Only an answer to the customer is in their language. */
  get mine() {
    return this.area?.closest("composer-box")?.querySelector("[data-mode=reply]")?.getAttribute("aria-selected") === "true";
  }

  forget() {
    this.asked += 1;
    this.found = [];
    this.draw();
  }

  later() {
    clearTimeout(this.timer);
    this.draw();
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const text = this.area?.value || "";
    const where = store.openId;
    if (!this.mine || where === null || text.trim().length < 3) return this.forget();
    const mark = ++this.asked;
    try {
      const { matches } = await api.post(`conversations/${where}/spelling/`, { text: text.slice(0, 8000) });
      if (mark !== this.asked || where !== store.openId) return undefined;
      this.found = matches.filter((/** @type {Match} */ one) => one.words.length);
    } catch {
      this.found = []; // it is a help, not a part of the work
    }
    return this.draw();
  }

  /** Those whose word still stands where it stood. */
  here() {
    const text = this.area?.value || "";
    return this.mine ? this.found.filter((one) => text.slice(one.offset, one.offset + one.length) === one.word) : [];
  }

  draw() {
    const shown = this.here().slice(0, SHOWN);
    const inside = this.contains(document.activeElement);
    this.hidden = !shown.length;
    this.replaceChildren(...shown.map((one, index) => this.line(one, index)));
    if (inside) this.area?.focus();
  }

  /** @param {Match} one @param {number} index */
  line(one, index) {
    const line = make("span", "miss");
    line.title = one.text;
    const wrong = make("bdi", "wrong", one.word);
    line.append(wrong);
    one.words.slice(0, index ? 1 : 3).forEach((word, number) => {
      const button = /** @type {HTMLButtonElement} */ (make("button", "link", word));
      button.type = "button";
      button.setAttribute("aria-label", t("spelling.take", { wrong: one.word, word }));
      if (!index && !number) button.append(make("kbd", "desk", "Alt+."));
      button.addEventListener("click", () => this.take(one, number));
      line.append(button);
    });
    const learn = /** @type {HTMLButtonElement} */ (make("button", "link calm", t("spelling.learn")));
    learn.type = "button";
    learn.setAttribute("aria-label", t("spelling.learn.word", { word: one.word }));
    learn.addEventListener("click", () => this.learn(one));
    line.append(learn);
    return line;
  }

  /** @param {Match} one @param {number} number of its suggestions */
  take(one, number) {
    if (!this.area || !this.here().includes(one)) return;
    const word = one.words[number];
    const at = this.area.selectionStart;
    const moved = word.length - one.length;
    this.found = this.found.filter((other) => other !== one).map((other) => (other.offset > one.offset ? { ...other, offset: other.offset + moved } : other));
    this.area.focus();
    this.area.setSelectionRange(one.offset, one.offset + one.length);
    put(this.area, word);
    const caret = at > one.offset ? Math.max(at + moved, one.offset) : at;
    this.area.setSelectionRange(caret, caret);
    this.draw();
    say(t("spelling.taken", { word }));
  }

  /** @param {Match} one */
  async learn(one) {
    this.found = this.found.filter((other) => other.word !== one.word);
    this.draw();
    this.area?.focus();
    try {
      await api.post(`conversations/${store.openId}/words/`, { word: one.word });
      say(t("spelling.learnt", { word: one.word }));
    } catch {
      this.later(); // it is asked again, and comes back if it was not kept
    }
  }
}

customElements.define("spelling-bar", SpellingBar);
