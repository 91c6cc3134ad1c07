/** Offers and alarms: what somebody has to take now. Stands in the strip, on a phone above the list. */
import { clone, face, onDo, parts, reconcile } from "../lib/dom.js";
import { answerClock } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { accept, calls, decline, dismiss, first, left, offers } from "../lib/offers.js";
import { conversationUrl, goConversation } from "../lib/router.js";
import { store } from "../lib/store.js";

/** @param {HTMLElement} target */
const card = (target) => Number(/** @type {HTMLElement} */ (target.closest("[data-item]")).dataset.item);

class OfferTray extends HTMLElement {
  connectedCallback() {
    store.on("offers", () => this.draw());
    onDo(this, {
      accept: (target) => accept(card(target)),
      decline: (target) => decline(card(target)),
      dismiss: (target) => dismiss(card(target)),
      call(target, event) {
        event.preventDefault();
        goConversation(card(target));
        dismiss(card(target));
      },
    });
    this.draw();
  }

  draw() {
    this.hidden = !offers.size && !calls.size;
    reconcile(this, [
      ...[...calls.values()].map((one) => ({ key: `call-${one.conversation}`, sig: one.kind, make: () => this.call(one) })),
      ...[...offers.values()].map((one) => ({ key: `offer-${one.item}`, sig: `${one.over || ""}${one.busy || ""}`, make: () => this.offer(one) })),
    ]);
    for (const one of offers.values()) {
      const words = this.querySelector(`[data-item="${one.item}"] [data-part=words]`);
      if (words && !one.over) words.textContent = t("offer.left", { n: left(one.expires_at) });
    }
  }

  /** @param {import("../lib/offers.js").Offer} one */
  offer(one) {
    const box = clone(one.over ? "offer-over" : "offer");
    const place = parts(box);
    box.dataset.item = String(one.item);
    face(place.avatar, one.row.customer);
    place.who.textContent = one.row.customer.name;
    if (one.over) place.words.textContent = one.over;
    else {
      box.title = one.row.preview;
      place.accept.setAttribute("aria-label", t("offer.accept", { name: one.row.customer.name }));
      place.decline.setAttribute("aria-label", t("offer.decline", { name: one.row.customer.name }));
      for (const button of [place.accept, place.decline]) button.disabled = Boolean(one.busy);
    }
    return box;
  }

  /** @param {import("../lib/offers.js").Call} one */
  call(one) {
    const box = clone("call");
    const place = parts(box);
    box.dataset.item = String(one.conversation);
    place.open.href = conversationUrl(one.conversation);
    face(place.avatar, one.row.customer);
    place.who.textContent = one.row.customer.name;
    place.words.textContent = t(`call.${one.kind}.short`);
    if (one.row.waiting_since) place.clockplace.replaceWith(answerClock(one.row.waiting_since));
    return box;
  }
}

bind({
  "alt+KeyA": () => first() && accept(first().item),
  "alt+KeyX": () => first() && decline(first().item),
});
customElements.define("offer-tray", OfferTray);
