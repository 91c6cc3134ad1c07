/** After a live chat: a little time to write down what is left, then the next one may come. */
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { finish, left, reload, wraps } from "../lib/offers.js";
import { store } from "../lib/store.js";
import { toast } from "../lib/toast.js";

class WrapBar extends HTMLElement {
  connectedCallback() {
    store.later(["offers", "open"], () => this.draw());
    onDo(this, { done: () => this.done() });
    this.draw();
  }

  get wrap() {
    return store.openId === null ? undefined : wraps.get(store.openId);
  }

  draw() {
    const { wrap } = this;
    this.hidden = !wrap;
    if (wrap) parts(this).words.textContent = t("wrap.left", { n: left(wrap.expires_at) });
  }

  async done() {
    const { wrap } = this;
    if (!wrap) return;
    try {
      await finish(wrap);
    } catch (error) {
      toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
      reload();
    }
  }
}

customElements.define("wrap-bar", WrapBar);
