/** Above the words: the address that this answer goes to is left alone, and what can be done. */
import { parts } from "../lib/dom.js";
import { lift } from "../lib/returned.js";
import { store } from "../lib/store.js";

class ReturnedBar extends HTMLElement {
  connectedCallback() {
    parts(this).lift.addEventListener("click", () => {
      const found = this.found();
      if (found) lift(found);
    });
    store.later(["open", "thread", "rows"], () => this.draw());
    this.draw();
  }

  /** The address of the next answer, if nothing is sent there. @returns {any} */
  found() {
    const { row, thread } = store;
    if (!row || !thread || thread.via?.channel !== "email") return null;
    const known = thread.customer.identities.filter((/** @type {any} */ one) => one.kind === "email");
    const last = thread.messages.filter((one) => one.direction === "in" && one.channel === "email").at(-1)?.from;
    const to = thread.via.address || last;
    const next = known.find((/** @type {any} */ one) => one.address === to) || known.at(-1);
    return next?.alone ? next : null;
  }

  draw() {
    const found = this.found();
    const words = found?.alone || store.thread?.via?.silent || "";
    this.hidden = !words;
    parts(this).words.textContent = words;
    parts(this).lift.hidden = !found; // who opted out comes back by himself
  }
}

customElements.define("returned-bar", ReturnedBar);
