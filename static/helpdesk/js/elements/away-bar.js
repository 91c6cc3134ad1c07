/** When no work comes, or soon none: he does not respond, gives no sign, or wants to leave with live chats. */
import { setPresence } from "../lib/actions.js";
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";

/** Where he wants to go, and how many live chats he holds. @type {{presence: string, live: number}|null} */
let leaving = null;
let still = false;

class AwayBar extends HTMLElement {
  connectedCallback() {
    store.on("leaving", (wish) => {
      leaving = wish;
      this.draw();
    });
    store.on("still", (asks) => {
      still = asks;
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
    const { words, back, here, stay, hand, cancel } = parts(this);
    this.hidden = !lost && !leaving && !still;
    for (const button of [stay, hand, cancel]) button.hidden = !leaving;
    here.hidden = Boolean(leaving) || !still;
    back.hidden = Boolean(leaving) || still;
    words.textContent = leaving ? t("away.live", { n: leaving.live }) : t(still ? "away.still" : "away.lost");
  }
}

customElements.define("away-bar", AwayBar);
