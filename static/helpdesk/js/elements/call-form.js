/** A phone call that the agent writes down by hand: it stands in the thread, seen by us alone. */
import { api } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { InlineForm } from "../lib/inline-form.js";
import { store } from "../lib/store.js";
import { merge } from "../lib/threads.js";

class CallForm extends InlineForm {
  /** The entry whose outcome is edited; null: a call is written down. @type {import("../lib/types.js").Message|null} */ entry = null;

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("edit-call", (event) => this.edit(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {import("../lib/types.js").Message} message */
  edit(message) {
    this.renew();
    this.entry = message;
    this.classList.add("outcome");
    this.suggest("disposition", message.call.disposition);
    this.suggest("notes", message.call.notes);
    this.open();
    /** @type {HTMLElement} */ (this.form.elements.namedItem("disposition")).focus();
  }

  close() {
    if (this.entry) this.form.reset();
    this.entry = null;
    this.classList.remove("outcome");
    super.close();
  }

  get tool() {
    return "call";
  }

  async submit() {
    const { row } = store;
    if (!row) return;
    const minutes = Number(this.value("minutes") || 0);
    if (!(minutes >= 0 && minutes <= 1440)) return this.complain(t("call.how_long"), "minutes");
    this.busy = true;
    const words = { disposition: this.value("disposition"), notes: this.value("notes") };
    try {
      const message = this.entry ? await api.patch(`calls/${this.entry.id}/`, words) : await api.post(`conversations/${row.id}/calls/`, {
        way: this.value("way"), state: this.value("state"), seconds: Math.round(minutes * 60),
        ...words,
      });
      merge(row.id, [message]);
      this.finish();
    } catch (error) {
      this.complain(/** @type {Error} */ (error).message);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("call-form", CallForm);
