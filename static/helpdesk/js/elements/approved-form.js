/** A text that the provider has approved, its gaps filled in: all that may begin a talk again. */
import { api } from "../lib/api.js";
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { InlineForm } from "../lib/inline-form.js";
import { send } from "../lib/outbox.js";
import { store } from "../lib/store.js";

/** @typedef {{id: number, name: string, language: string, category: string, body: string, gaps: number}} Approved */

class ApprovedForm extends InlineForm {
  /** @type {Approved[]} */ texts = [];

  get tool() {
    return "approved";
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.box.querySelector("[data-do=approved]"));
  }

  connectedCallback() {
    super.connectedCallback();
    this.place.which.addEventListener("change", () => this.gaps());
    this.form.addEventListener("input", () => this.preview());
  }

  async prepare() {
    const id = store.openId;
    this.place.state.textContent = t("approved.loading");
    this.texts = [];
    this.show();
    try {
      this.texts = (await api.get(`conversations/${id}/approved/`)).results;
    } catch (error) {
      this.place.state.textContent = t("act.failed", { why: /** @type {Error} */ (error).message });
      return;
    }
    if (id !== store.openId) return;
    this.place.state.textContent = this.texts.length ? "" : t("approved.none");
    this.show();
    const options = this.texts.map((one) => {
      const option = /** @type {HTMLOptionElement} */ (make("option", "", `${one.name} · ${one.language}`));
      option.value = String(one.id);
      return option;
    });
    this.place.which.replaceChildren(...options);
    this.gaps();
    this.place.which.focus();
  }

  /** The choice, and the button, once there is something to choose. */
  show() {
    this.place.fields.hidden = this.place.send.disabled = !this.texts.length;
  }

  /** @returns {Approved|undefined} */
  chosen() {
    return this.texts.find((one) => String(one.id) === this.place.which.value);
  }

  gaps() {
    const text = this.chosen();
    const inputs = Array.from({ length: text?.gaps || 0 }, (_none, index) => {
      const label = make("label", "field");
      const input = /** @type {HTMLInputElement} */ (make("input", "input sm"));
      Object.assign(input, { name: `gap${index + 1}`, maxLength: 1000, dir: "auto", autocomplete: "off" });
      label.append(make("span", "label", t("approved.gap", { n: index + 1 })), input);
      return label;
    });
    this.place.gaps.replaceChildren(...inputs);
    this.preview();
  }

  values() {
    return Array.from({ length: this.chosen()?.gaps || 0 }, (_none, index) => this.value(`gap${index + 1}`));
  }

  preview() {
    const values = this.values();
    this.place.preview.textContent = (this.chosen()?.body || "").replace(/\{\{\s*(\d+)\s*\}\}/g, (gap, n) => values[Number(n) - 1] || gap);
  }

  submit() {
    const { row, thread } = store;
    const text = this.chosen();
    if (!row || !text) return;
    const values = this.values();
    const empty = values.findIndex((value) => !value);
    if (empty >= 0) return this.complain(t("approved.unfilled"), `gap${empty + 1}`);
    const approved = { id: text.id, values };
    send({ conversation: row.id, body: this.place.preview.textContent, internal: false, channel: thread?.via?.channel || row.channel, files: [], then: "", approved });
    this.finish();
  }
}

customElements.define("approved-form", ApprovedForm);
