/** A phone call that the agent writes down by hand: it stands in the thread, seen by us alone. */
import { api } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { InlineForm } from "../lib/inline-form.js";
import { store } from "../lib/store.js";
import { merge } from "../lib/threads.js";

class CallForm extends InlineForm {
  get tool() {
    return "call";
  }

  async submit() {
    const { row } = store;
    if (!row) return;
    const minutes = Number(this.value("minutes") || 0);
    if (!(minutes >= 0 && minutes <= 1440)) return this.complain(t("call.how_long"), "minutes");
    this.busy = true;
    try {
      const message = await api.post(`conversations/${row.id}/calls/`, {
        way: this.value("way"), state: this.value("state"), seconds: Math.round(minutes * 60),
        disposition: this.value("disposition"), notes: this.value("notes"),
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
