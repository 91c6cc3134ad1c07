/** An honest bar while the line is cut: what is so, that nothing is lost, what to do. */
import { t } from "../lib/i18n.js";
import { waitingAll } from "../lib/outbox.js";
import { store } from "../lib/store.js";

const PATIENCE = 2000; // a blink of the line is nobody's business

class ConnectionBanner extends HTMLElement {
  connectedCallback() {
    store.on(["link", "outbox"], () => this.draw());
    addEventListener("online", () => this.draw());
    addEventListener("offline", () => this.draw());
  }

  draw() {
    clearTimeout(this.timer);
    if (store.link === "up") this.hidden = true;
    else if (this.hidden && store.link === "down") this.timer = window.setTimeout(() => this.show(), PATIENCE);
    else this.show();
  }

  show() {
    const out = store.link === "signed-out";
    const waiting = waitingAll();
    const words = /** @type {HTMLElement} */ (this.querySelector("[data-part=words]"));
    const login = /** @type {HTMLElement|null} */ (this.querySelector("[data-part=login]"));
    if (out) words.textContent = t("link.out");
    else if (waiting) words.textContent = t("link.waiting", { n: waiting });
    else words.textContent = t(navigator.onLine ? "link.down" : "link.offline");
    if (login) login.hidden = !out;
    this.hidden = false;
  }
}

customElements.define("connection-banner", ConnectionBanner);
