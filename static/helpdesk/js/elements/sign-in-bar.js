/** Signed out in the middle of a sentence: the words are kept, and sign-in happens beside them. */
import { parts } from "../lib/dom.js";
import { boot } from "../lib/boot.js";
import { store } from "../lib/store.js";

const EVERY = 3000;

class SignInBar extends HTMLElement {
  timer = 0;

  connectedCallback() {
    parts(this).login.addEventListener("click", () => this.watch());
    store.on("link", () => {
      this.hidden = store.link !== "signed-out";
    });
    addEventListener("focus", () => store.link === "signed-out" && this.look());
  }

  /** The other tab is open: look now and then whether we are back. */
  watch() {
    clearInterval(this.timer);
    this.timer = window.setInterval(() => this.look(), EVERY);
  }

  /** A fresh page has the new session's token; the words and what waits to leave are kept for it. */
  async look() {
    try {
      const answer = await fetch(`${boot.urls.api}preferences/`, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.ok) location.reload();
    } catch {
      /* no network: the next look tells */
    }
  }
}

customElements.define("sign-in-bar", SignInBar);
