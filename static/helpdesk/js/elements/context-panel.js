/** Who this is and what he does: addresses, the site, dealings, one timeline, facts. */
import { channelIcon, channelName, identityIcon } from "../lib/channels.js";
import { clone, face, icon, make, onDo, parts } from "../lib/dom.js";
import { dealings } from "../lib/dealings.js";
import { date, languageName, moment, shortWhen, timeIn } from "../lib/format.js";
import { has, t } from "../lib/i18n.js";
import { conversationUrl, goConversation } from "../lib/router.js";
import { siteSection } from "../lib/site.js";
import { store } from "../lib/store.js";

class ContextPanel extends HTMLElement {
  /** @type {HTMLElement} */ body;
  /** @type {string|undefined} */ sig;

  connectedCallback() {
    this.body = parts(this).body;
    const app = /** @type {HTMLElement} */ (document.getElementById("app"));
    onDo(app, { "close-context": () => app.classList.remove("ctx-open") });
    store.on(["open", "thread", "rows"], () => this.draw());
    store.on("beside", (id) => id === store.openId && this.drawBeside());
    setInterval(() => this.drawTime(), 15_000);
    this.addEventListener("click", (event) => {
      const link = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("a[data-id]"));
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      app.classList.remove("ctx-open");
      goConversation(Number(link.dataset.id));
    });
    this.draw();
  }

  draw() {
    const { row, thread } = store;
    const sig = row && thread ? JSON.stringify([thread.customer, thread.timeline, row.state, row.assignee, row.subject]) : store.opening.phase;
    if (sig === this.sig) return;
    this.sig = sig;
    if (!row || !thread) return this.body.replaceChildren(...(store.opening.phase === "loading" ? [clone("skeleton-context")] : []));
    const panel = clone("context");
    const place = parts(panel);
    const { customer } = thread;
    face(place.avatar, customer);
    place.name.textContent = customer.name;
    place.since.textContent = customer.since ? t("context.since", { date: date(customer.since) }) : "";
    place.vip.hidden = !customer.vip;
    place.kv.append(...this.lines(customer));
    place.timeline.append(...thread.timeline.map((/** @type {any} */ entry) => this.entry(entry)));
    place.facts.append(...this.facts(row, thread));
    this.body.replaceChildren(panel);
    this.drawBeside();
    this.drawTime();
  }

  /** What he does now and our dealings with him; changes while he moves, so by itself. */
  drawBeside() {
    const { site, dealings: place } = parts(this);
    const { beside } = store.thread || {};
    if (!site || !beside) return;
    site.replaceChildren(...siteSection(beside.context || {}));
    place.replaceChildren(...dealings(beside));
  }

  /** @param {any} customer */
  lines(customer) {
    const lines = customer.identities.map((/** @type {any} */ identity) => {
      const line = this.line(identityIcon(identity.kind), identity.address, identity.verified ? clone("verified") : null);
      parts(line).text.dir = "ltr";
      return line;
    });
    const where = [customer.language && languageName(customer.language), customer.city].filter(Boolean).join(" · ");
    if (where || customer.timezone) {
      const there = make("span", "meta num");
      there.dataset.zone = customer.timezone || "";
      lines.push(this.line("globe", where || customer.timezone, there));
    }
    if (customer.company) lines.push(this.line("building", customer.company, null));
    return lines;
  }

  /** @param {string} name @param {string} words @param {HTMLElement|null} extra */
  line(name, words, extra) {
    const line = clone("kv");
    const place = parts(line);
    place.icon.replaceWith(icon(name, 16));
    place.text.textContent = words;
    place.text.title = words;
    if (extra) place.extra.replaceWith(extra);
    return line;
  }

  drawTime() {
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-zone]"))) {
      const clock = place.dataset.zone ? timeIn(place.dataset.zone) : "";
      place.textContent = clock ? t("context.there", { time: clock }) : "";
    }
  }

  /** @param {any} entry */
  entry(entry) {
    const item = clone("tl");
    const link = /** @type {HTMLAnchorElement} */ (item.firstElementChild);
    const place = parts(item);
    link.href = conversationUrl(entry.id);
    link.dataset.id = String(entry.id);
    if (entry.current) link.setAttribute("aria-current", "true");
    place.icon.append(icon(channelIcon(entry), 12));
    place.title.textContent = entry.current ? t(`context.this.${entry.channel === "chat" ? "chat" : "other"}`) : entry.title || channelName(entry);
    place.title.title = entry.title || "";
    place.at.textContent = shortWhen(entry.at);
    if (entry.at) place.at.title = moment(entry.at);
    return item;
  }

  /** @param {import("../lib/types.js").Row} row @param {import("../lib/types.js").Thread} thread */
  facts(row, thread) {
    /** @type {[string, string][]} */
    const facts = [
      [t("fact.state"), has(`state.${row.state}`) ? t(`state.${row.state}`) : row.state],
      [t("fact.owner"), row.assignee?.name || t("thread.nobody")],
      [t("fact.inbox"), row.inbox.name],
      [t("fact.channel"), channelName(row)],
    ];
    if (row.subject) facts.push([t("fact.subject"), row.subject]);
    if (!thread.more && thread.messages[0]) facts.push([t("fact.started"), moment(thread.messages[0].at)]);
    facts.push([t("fact.number"), `#${row.id}`]);
    return facts.flatMap(([name, value]) => {
      const dd = make("dd");
      dd.append(make("bdi", "", value));
      return [make("dt", "", name), dd];
    });
  }
}

customElements.define("context-panel", ContextPanel);
