/** What the open conversation belongs with: merged, split, followed, linked; links can be removed. */
import { channelIcon } from "../lib/channels.js";
import { clone, icon, make, onDo, parts } from "../lib/dom.js";
import { has, t } from "../lib/i18n.js";
import { conversationUrl } from "../lib/router.js";
import { store } from "../lib/store.js";
import { choose, link } from "../lib/weave.js";

/** @typedef {import("../lib/weave.js").Talk} Talk */

class RelatedBox extends HTMLElement {
  sig = "";

  connectedCallback() {
    onDo(this, { "link-talk": () => choose("link") });
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-unlink]"));
      if (button && store.openId !== null) link(store.openId, Number(button.dataset.unlink), false);
    });
    this.stop = store.on(["open", "thread"], () => this.draw());
    this.draw();
  }

  draw() {
    const { row, thread } = store;
    const related = (row && thread?.related) || [];
    const sig = JSON.stringify([row?.id, related]);
    if (!this.isConnected || sig === this.sig) return;
    this.sig = sig;
    this.hidden = !related.length;
    if (!related.length) return this.replaceChildren();
    const section = clone("related");
    parts(section).list.replaceChildren(...related.map((one) => this.line(one)));
    this.replaceChildren(section);
  }

  /** @param {Talk} one */
  line(one) {
    const item = clone("related-line");
    const place = parts(item);
    place.link.href = conversationUrl(one.id);
    place.link.dataset.id = String(one.id);
    place.icon.append(icon(channelIcon(one), 12));
    place.title.textContent = one.title || t("thread.nosubject");
    const how = (one.how || []).map((name) => t(`weave.how.${name}`));
    const other = one.customer.id === store.row?.customer.id ? "" : one.customer.name;
    place.more.replaceChildren(make("bdi", "", [...how, `#${one.id}`, has(`state.${one.state}`) ? t(`state.${one.state}`) : "", other].filter(Boolean).join(" · ")));
    place.remove.hidden = !one.how?.includes("linked");
    place.remove.dataset.unlink = String(one.id);
    place.remove.setAttribute("aria-label", t("weave.unlink", { n: one.id }));
    place.remove.title = t("weave.unlink", { n: one.id });
    return item;
  }
}

customElements.define("related-box", RelatedBox);
