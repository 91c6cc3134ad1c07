/** When no work comes: two offers went unanswered, or somebody wants to leave with live chats. */
import { setPresence } from "../lib/actions.js";
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";

/** Where he wants to go, and how many live chats he holds. @type {{presence: string, live: number}|null} */
let leaving = null;

class AwayBar extends HTMLElement {
  connectedCallback() {
    store.on("leaving", (wish) => {
      leaving = wish;
      this.draw();
    });
    store.on("presence", () => this.draw());
    onDo(this, {
      back: () => setPresence("online"),
      stay: () => this.leave("busy", false),
      hand: () => this.leave(leaving?.presence || "offline", true),
      cancel: () => store.emit("leaving", null),
    });
    this.draw();
  }

  /** @param {string} presence @param {boolean} hand_back */
  leave(presence, hand_back) {
    store.emit("leaving", null);
    setPresence(presence, { hand_back });
  }

  draw() {
    const lost = store.agent.presence === "not_responding";
    const { words, back, stay, hand, cancel } = parts(this);
    this.hidden = !lost && !leaving;
    for (const button of [stay, hand, cancel]) button.hidden = !leaving;
    back.hidden = Boolean(leaving);
    words.textContent = leaving ? t("away.live", { n: leaving.live }) : t("away.lost");
  }
}

customElements.define("away-bar", AwayBar);
