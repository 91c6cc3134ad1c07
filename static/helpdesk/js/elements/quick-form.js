/** A question with up to five ready answers that the customer only presses. */
import { t } from "../lib/i18n.js";
import { InlineForm } from "../lib/inline-form.js";
import { send } from "../lib/outbox.js";
import { store } from "../lib/store.js";

class QuickForm extends InlineForm {
  get tool() {
    return "quick";
  }

  submit() {
    const { row } = store;
    if (!row) return;
    const quick = [1, 2, 3, 4, 5].map((n) => this.value(`quick${n}`)).filter(Boolean);
    if (!this.value("body")) return this.complain(t("quick.unasked"), "body");
    if (!quick.length) return this.complain(t("quick.none"), "quick1");
    send({ conversation: row.id, body: this.value("body"), internal: false, channel: row.channel, files: [], then: "", card: null, quick });
    this.finish();
  }
}

customElements.define("quick-form", QuickForm);
