/** The button above the list that says how many call me, and its menu of who they are. */
import { icon, make } from "../lib/dom.js";
import { calling, forMe, words } from "../lib/forme.js";
import { shortWhen } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { goConversation } from "../lib/router.js";
import { store } from "../lib/store.js";
import { option, title } from "./thread-menus.js";

class ForMe extends HTMLElement {
  connectedCallback() {
    this.addEventListener("menu", (event) => /** @type {CustomEvent} */ (event).detail.replaceChildren(...this.items()));
    store.on("forme", () => this.draw());
    this.draw();
  }

  draw() {
    const button = /** @type {HTMLElement} */ (this.querySelector("button"));
    const badge = /** @type {HTMLElement} */ (this.querySelector(".badge"));
    const n = calling();
    badge.hidden = !n;
    badge.textContent = String(n);
    button.setAttribute("aria-label", n ? t("forme.some", { n }) : t("forme.title"));
    button.title = button.getAttribute("aria-label") || "";
    const menu = /** @type {HTMLElement} */ (this.querySelector(".menu"));
    if (!menu.hidden) menu.replaceChildren(...this.items()); // news while one reads
  }

  items() {
    const go = (/** @type {number} */ id) => () => goConversation(id);
    const nodes = [];
    if (forMe.mentions.length) nodes.push(title(t("forme.mentions")));
    for (const one of forMe.mentions) nodes.push(this.entry(one.paper === "note" ? "at" : "users", words(one), one.preview, go(one.conversation)));
    if (forMe.tasks.length) nodes.push(title(t("forme.tasks")));
    for (const one of forMe.tasks) nodes.push(this.entry("bell", one.text, `${one.customer.name} · ${shortWhen(one.due_at)}`, go(one.conversation)));
    if (forMe.watching.length) nodes.push(title(t("forme.watching")));
    for (const row of forMe.watching) nodes.push(this.entry("eye", row.customer.name, row.preview, go(row.id)));
    if (forMe.proposals) nodes.push(this.entry("template", `${t("forme.proposals")}: ${forMe.proposals}`, t("forme.proposals.more"), () => location.assign(this.dataset.proposals || "")));
    return nodes.length ? nodes : [make("p", "none", t("forme.none"))];
  }

  /** @param {string} name @param {string} words @param {string} more @param {() => void} act */
  entry(name, words, more, act) {
    const item = option(name, "", act);
    const two = make("span", "two grow");
    const [top, below] = [make("b", "cut line-up", words), make("span", "cut line-up meta", more)];
    top.dir = below.dir = "auto";
    two.append(top, below);
    item.replaceChildren(icon(name, 16), two);
    return item;
  }
}

customElements.define("for-me", ForMe);
