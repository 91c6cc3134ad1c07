/** A card for the customer: a product or an offer, with a picture, a price and up to three buttons. */
import { t } from "../lib/i18n.js";
import { InlineForm } from "../lib/inline-form.js";
import { safe } from "../lib/links.js";
import { send } from "../lib/outbox.js";
import { store } from "../lib/store.js";
import { upload } from "../lib/uploads.js";

const BUTTONS = [1, 2, 3];

class CardForm extends InlineForm {
  /** @type {import("../lib/types.js").File|null} */ picture = null;
  uploads = 0;

  get tool() {
    return "card";
  }

  connectedCallback() {
    super.connectedCallback();
    this.place.picfile.addEventListener("change", () => this.choose(this.place.picfile.files?.[0]));
    this.place.pick.addEventListener("click", () => this.place.picfile.click());
    this.form.addEventListener("reset", () => this.choose(undefined));
  }

  /** Upload the picture at once, so that sending takes no time. @param {globalThis.File} [file] */
  async choose(file) {
    this.uploads += 1;
    const turn = this.uploads;
    this.picture = null;
    this.busy = !!file;
    this.place.picname.textContent = file ? file.name : "";
    if (!file) return;
    try {
      const stored = await upload(file, () => {}).done;
      if (turn === this.uploads) this.picture = stored;
    } catch (error) {
      if (turn !== this.uploads) return;
      this.place.picname.textContent = "";
      this.complain(/** @type {Error} */ (error).message);
    } finally {
      if (turn === this.uploads) this.busy = false;
    }
  }

  /** What a button does: an address opens, anything else is said. @returns {import("../lib/types.js").Card["buttons"]} */
  buttons() {
    return BUTTONS.map((n) => ({ label: this.value(`label${n}`), act: this.value(`act${n}`) }))
      .filter(({ label }) => label)
      .map(({ label, act }) => (safe(act) ? { label, url: act } : { label, reply: act || label }));
  }

  submit() {
    const { row } = store;
    if (!row) return;
    const url = this.value("url");
    if (!this.value("title")) return this.complain(t("card.untitled"), "title");
    if (url && !safe(url)) return this.complain(t("card.nolink"), "url");
    /** @type {import("../lib/types.js").Card} */
    const card = { title: this.value("title"), text: this.value("text"), price: this.value("price"), url, buttons: this.buttons() };
    const { picture } = this;
    if (picture) card.image = picture.id;
    send({ conversation: row.id, body: "", internal: false, channel: row.channel, files: picture ? [picture] : [], then: "", card, quick: [] });
    this.finish();
  }
}

customElements.define("card-form", CardForm);
