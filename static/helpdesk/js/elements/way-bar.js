/** Above the words: where the answer goes when it does not go where the customer wrote, or cannot, and why. */
import { via } from "../lib/channels.js";
import { parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { shut } from "../lib/strands.js";

/** @param {NonNullable<import("../lib/types.js").Thread["via"]>} way */
function words(way) {
  if (way.reason === "waits") return t("way.because.waits");
  const why = t(`way.because.${way.reason}`, { name: way.by || "" });
  return way.address ? t("way.why", { way: via(way), address: way.address, why }) : t("way.why.bare", { way: via(way), why });
}

class WayBar extends HTMLElement {
  connectedCallback() {
    this.place = parts(this);
    store.later(["open", "thread", "rows"], () => this.draw());
    this.draw();
  }

  draw() {
    const way = store.thread?.via;
    const closed = shut(store.thread);
    const said = closed ? t("weave.shut", { name: closed.customer.name, inbox: closed.inbox.name }) : way?.reason ? words(way) : "";
    this.hidden = store.openId === null || !said;
    if (this.place.words.textContent !== said) this.place.words.textContent = said;
  }
}

customElements.define("way-bar", WayBar);
