/** What is written here becomes a proposal of a template, without leaving the conversation. */
import { api } from "../lib/api.js";
import { channelName } from "../lib/channels.js";
import { clone, onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { toast } from "../lib/toast.js";

const REGISTERS = ["neutral", "formal", "informal"];

/** @param {string} value @param {string} words */
const choice = (value, words) => Object.assign(document.createElement("option"), { value, textContent: words });

class ProposeDialog extends HTMLElement {
  /** @type {HTMLDialogElement} */ dialog;
  /** @type {Record<string, any>} */ place;

  connectedCallback() {
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    this.place = parts(this);
    this.place.register.replaceChildren(...REGISTERS.map((one) => choice(one, t(`register.${one}`))));
    onDo(this, { "close-propose": () => this.dialog.close() });
    this.place.target.addEventListener("change", () => this.named());
    /** @type {HTMLFormElement} */ (this.querySelector("form")).addEventListener("submit", (event) => {
      event.preventDefault();
      this.propose();
    });
    document.addEventListener("propose-template", (event) => this.open(/** @type {CustomEvent} */ (event).detail));
    this.dialog.addEventListener("close", () => /** @type {HTMLElement|null} */ (document.querySelector("composer-box [data-part=text]"))?.focus());
  }

  /** @param {string} text what stands in the composer */
  async open(text) {
    if (!text || store.openId === null || this.dialog.open) return;
    const { place } = this;
    try {
      const made = await api.post(`conversations/${store.openId}/as-template/`, { text });
      place.name.value = "";
      place.text.value = made.text;
      place.language.value = made.language;
      place.register.value = made.register;
      place.channel.replaceChildren(choice("", t("propose.any")), choice(made.channel, channelName(store.thread?.via || { channel: made.channel })));
      place.target.replaceChildren(
        choice("", t("propose.new")),
        ...made.templates.map((/** @type {{id: number, name: string}} */ one) => choice(String(one.id), t("propose.variant", { name: one.name }))),
      );
      place.foundbox.hidden = !made.found.length;
      place.found.replaceChildren(...made.found.map(this.replaced));
      this.fault("");
      this.dialog.showModal();
      place.name.focus();
    } catch (error) {
      toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
    }
  }

  /** @param {{what: string, by: string}} one */
  replaced(one) {
    const line = clone("replaced");
    const place = parts(line);
    place.what.textContent = one.what;
    place.by.textContent = one.by;
    return line;
  }

  /** A new variant goes by the name of its template, unless it has one already. */
  named() {
    const { name, target } = this.place;
    const chosen = target.selectedOptions[0];
    if (!name.value.trim() && target.value) name.value = chosen.textContent;
  }

  /** @param {string} words */
  fault(words) {
    this.place.error.hidden = !words;
    this.place.errorwords.textContent = words;
  }

  async propose() {
    const { place } = this;
    if (!place.name.value.trim() || !place.text.value.trim()) {
      this.fault(t("propose.empty"));
      (place.name.value.trim() ? place.text : place.name).focus();
      return;
    }
    place.go.disabled = true;
    try {
      await api.post("templates/", {
        name: place.name.value.trim(), text: place.text.value.trim(), language: place.language.value, register: place.register.value,
        channel: place.channel.value, template: Number(place.target.value) || null, gaps: true,
      });
      this.dialog.close();
      toast(t("propose.done"));
    } catch (error) {
      this.fault(/** @type {Error} */ (error).message);
    } finally {
      place.go.disabled = false;
    }
  }
}

customElements.define("propose-dialog", ProposeDialog);
