/** My live chats above the thread, switched with Alt+1 to 9. */
import { answerClock, level } from "../lib/clock.js";
import { clone, face, parts, reconcile } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { liveChats } from "../lib/lists.js";
import { conversationUrl, goConversation } from "../lib/router.js";
import { store } from "../lib/store.js";

class LiveStrip extends HTMLElement {
  /** @type {HTMLElement} */ nav;

  connectedCallback() {
    this.nav = /** @type {HTMLElement} */ (this.firstElementChild);
    store.later(["rows", "open", "typing"], () => this.draw());
    this.addEventListener("click", (event) => {
      const link = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("a.live"));
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      goConversation(Number(link.dataset.id));
    });
    this.draw();
  }

  draw() {
    const chats = liveChats();
    this.hidden = !chats.length;
    reconcile(this.nav, chats.map((row, index) => {
      const current = row.id === store.openId;
      const typing = store.typist(row.id)?.from === "customer";
      const sig = JSON.stringify([row.preview, row.unread, row.waiting_since, row.customer.name, current, typing, index]);
      return { key: String(row.id), sig, make: () => this.chat(row, index + 1, current, typing) };
    }));
  }

  /** @param {import("../lib/types.js").Row} row @param {number} number @param {boolean} current @param {boolean} typing */
  chat(row, number, current, typing) {
    const link = /** @type {HTMLAnchorElement} */ (clone("live"));
    const place = parts(link);
    link.href = conversationUrl(row.id);
    link.dataset.id = String(row.id);
    if (number < 10) link.title = `Alt+${number}`;
    if (current) link.setAttribute("aria-current", "true");
    link.classList.toggle("typing", typing);
    face(place.avatar, row.customer, place.initials);
    place.count.hidden = row.unread < 2;
    place.count.textContent = String(row.unread);
    place.who.textContent = row.customer.name;
    place.key.textContent = number < 10 ? String(number) : "";
    place.words.textContent = typing ? t("row.typing") : row.preview;
    if (row.waiting_since) {
      link.dataset.level = level(row.waiting_since);
      place.clockplace.replaceWith(answerClock(row.waiting_since));
    } else place.clockplace.remove();
    return link;
  }
}

customElements.define("live-strip", LiveStrip);
