/** Quick capture of a lead from the open conversation; nothing is kept without consent. */
import { api, Fault } from "../lib/api.js";
import { refresh } from "../lib/beside.js";
import { t } from "../lib/i18n.js";
import { InlineForm } from "../lib/inline-form.js";
import { store } from "../lib/store.js";
import { toast } from "../lib/toast.js";

const FIELDS = ["name", "email", "phone", "need"];

class LeadForm extends InlineForm {
  get tool() {
    return "lead";
  }

  prepare() {
    const { thread } = store;
    if (!thread) return;
    const known = (/** @type {string} */ kind) => thread.customer.identities.find((/** @type {any} */ one) => one.kind === kind)?.address || "";
    if (thread.customer.named) this.suggest("name", thread.customer.name);
    this.suggest("email", known("email"));
    this.suggest("phone", known("phone"));
    this.suggest("purpose", t("lead.purpose"));
  }

  async submit() {
    const id = store.openId;
    if (id === null) return;
    if (!this.value("email") && !this.value("phone")) return this.complain(t("lead.reach"), "email");
    if (!this.form.agreed.checked || !this.value("purpose")) return this.complain(t("lead.consent"), this.form.agreed.checked ? "purpose" : "agreed");
    this.busy = true;
    try {
      const lead = Object.fromEntries(FIELDS.map((name) => [name, this.value(name)]));
      await api.post("leads/", { conversation: id, ...lead, consent: this.value("purpose") });
      toast(t("lead.captured"));
      refresh(id);
      if (store.openId === id) this.finish();
    } catch (error) {
      const fault = /** @type {Fault} */ (error);
      if (store.openId === id) this.complain(fault.message, fault.field === "consent" ? "purpose" : fault.field);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("lead-form", LeadForm);
