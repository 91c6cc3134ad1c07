/** Above the words: how long one may still write freely, and what may be done after that. */
import { parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { choose, phase, writable } from "../lib/window.js";

const EVERY = 20_000;

/** "5 h", "12 min". @param {number} ms */
const span = (ms) => (ms >= 3600_000 ? t("time.hours", { n: Math.floor(ms / 3600_000) }) : t("time.minutes", { n: Math.max(1, Math.ceil(ms / 60_000)) }));

class WindowBar extends HTMLElement {
  connectedCallback() {
    this.place = parts(this);
    this.place.tag.addEventListener("change", () => {
      if (store.openId !== null) choose(store.openId, this.place.tag.checked);
    });
    store.later(["open", "thread", "rows"], () => this.draw());
    window.setInterval(() => this.draw(), EVERY);
    this.draw();
  }

  draw() {
    const { openId, thread } = store;
    const found = phase();
    const paused = !!thread?.paused;
    this.hidden = openId === null || (found.phase === "none" && !paused);
    if (this.hidden || openId === null) return;
    const closed = found.phase === "closed" || found.phase === "tag";
    this.classList.toggle("late", found.phase === "closed" || paused);
    this.classList.toggle("calm", found.phase === "open" && !paused);
    const words = paused ? t("window.paused") : t(`window.${found.phase}${found.phase === "closed" ? `.${found.after}` : ""}`, { time: span(found.left) });
    if (this.place.words.textContent !== words) this.place.words.textContent = words;
    this.place.pick.hidden = !closed || found.after !== "templates";
    this.place.choice.hidden = found.phase !== "tag";
    this.place.tag.checked = found.phase === "tag" && writable(openId);
    const box = this.closest("composer-box");
    box?.toggleAttribute("data-shut", closed && !writable(openId));
  }
}

customElements.define("window-bar", WindowBar);
