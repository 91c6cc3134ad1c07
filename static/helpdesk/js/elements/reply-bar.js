/** Above the words: the message that the answer names. */
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { answersNow, answerThis } from "../lib/replying.js";
import { store } from "../lib/store.js";

class ReplyBar extends HTMLElement {
  connectedCallback() {
    this.place = parts(this);
    onDo(this, {
      "answer-none": () => {
        answerThis(null);
        this.closest("composer-box")?.querySelector("textarea")?.focus();
      },
    });
    store.later(["open", "thread", "rows", "outbox"], () => this.draw());
    this.draw();
  }

  draw() {
    const message = answersNow();
    this.hidden = !message;
    if (message) this.place.words.textContent = t("reply.to", { words: (message.body || t("social.file")).slice(0, 160) });
  }
}

customElements.define("reply-bar", ReplyBar);
