/** Which other conversation to merge into or link with: the customer's own, or what is found. */
import { channelIcon } from "../lib/channels.js";
import { clone, debounce, icon, make, parts } from "../lib/dom.js";
import { shortWhen } from "../lib/format.js";
import { has, t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { link, merge, near } from "../lib/weave.js";

/** @typedef {import("../lib/weave.js").Talk} Talk */

const PATIENCE = 200; // ms after the last letter

class WeaveDialog extends HTMLElement {
  /** @type {"merge"|"link"} */ what = "merge";
  /** @type {Talk[]} */ found = [];
  at = 0;
  asked = 0;
  sure = 0;
  of = 0;

  connectedCallback() {
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    this.place = parts(this);
    const soon = debounce(() => this.ask(), PATIENCE);
    this.place.field.addEventListener("input", soon);
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog?.close();
      const option = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-at]"));
      if (option) this.take(Number(option.dataset.at));
    });
  }

  /** @param {"merge"|"link"} what */
  open(what) {
    if (!store.row || !this.dialog) return;
    this.what = what;
    this.of = store.row.id;
    this.found = [];
    this.place.title.textContent = t(`weave.${what}.title`);
    this.place.hint.textContent = t(`weave.${what}.hint`);
    this.place.field.value = "";
    this.dialog.showModal();
    this.place.field.focus();
    this.ask();
  }

  async ask() {
    const mine = ++this.asked;
    const q = this.place.field.value.trim();
    try {
      const found = await near(this.of, q);
      if (mine === this.asked) this.draw(found, q);
    } catch (error) {
      if (mine === this.asked) this.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Talk[]} found @param {string} q */
  draw(found, q) {
    this.found = found;
    this.sure = 0;
    this.place.warn.hidden = true;
    if (!found.length) return this.say(t(q ? "weave.none" : "weave.first"));
    const head = make("div", "title", t(q ? "weave.found" : "weave.own"));
    head.setAttribute("role", "presentation");
    this.place.list.replaceChildren(head, ...found.map((one, index) => this.option(one, index)));
    this.point(0);
  }

  /** @param {string} words */
  say(words) {
    this.found = [];
    this.place.field.removeAttribute("aria-activedescendant");
    this.place.list.replaceChildren(make("p", "hint none", words));
  }

  /** @param {Talk} one @param {number} index */
  option(one, index) {
    const item = clone("weave-option");
    const place = parts(item);
    item.id = `weave-${index}`;
    item.dataset.at = String(index);
    place.icon.replaceWith(icon(channelIcon(one), 16));
    place.words.textContent = one.title || t("thread.nosubject");
    place.more.textContent = [one.customer.name, `#${one.id}`, has(`state.${one.state}`) ? t(`state.${one.state}`) : ""].filter(Boolean).join(" · ");
    place.at.textContent = shortWhen(one.at);
    return item;
  }

  /** @param {number} at */
  point(at) {
    this.at = Math.max(0, Math.min(at, this.found.length - 1));
    for (const item of this.place.list.querySelectorAll("[data-at]")) {
      const on = Number(item.dataset.at) === this.at;
      item.setAttribute("aria-selected", String(on));
      if (on) item.scrollIntoView({ block: "nearest" });
    }
    this.place.field.setAttribute("aria-activedescendant", `weave-${this.at}`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.point(this.at + 1);
    else if (event.key === "ArrowUp") this.point(this.at - 1);
    else if (event.key === "Enter" && event.target === this.place.field) this.take(this.at);
    else return;
    event.preventDefault();
  }

  /** Another customer's conversation is asked about once more. @param {number} at */
  take(at) {
    const one = this.found[at];
    const mine = store.rows.get(this.of);
    if (!one) return;
    this.point(at);
    if (this.what === "merge" && one.customer.id !== mine?.customer.id && this.sure !== one.id) {
      this.sure = one.id;
      this.place.warnwords.textContent = t("weave.other", { name: one.customer.name });
      this.place.warn.hidden = false;
      return;
    }
    this.dialog?.close();
    if (this.what === "merge") merge(this.of, one.id);
    else link(this.of, one.id, true);
  }
}

customElements.define("weave-dialog", WeaveDialog);
