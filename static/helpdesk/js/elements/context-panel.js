/** Who this is and what he does: addresses, the site, dealings, one timeline, facts. */
import { channelName, identityIcon } from "../lib/channels.js";
import { api, Fault } from "../lib/api.js";
import { adoptCustomer, refresh } from "../lib/beside.js";
import { clone, face, icon, make, onDo, parts } from "../lib/dom.js";
import { dealings } from "../lib/dealings.js";
import { date, languageName, moment, timeIn } from "../lib/format.js";
import { history } from "../lib/history.js";
import { has, t } from "../lib/i18n.js";
import { aloneMark } from "../lib/returned.js";
import { goConversation } from "../lib/router.js";
import { siteSection } from "../lib/site.js";
import { store } from "../lib/store.js";
import { toast } from "../lib/toast.js";
import "./consent-box.js";
import "./customer-form.js";

class ContextPanel extends HTMLElement {
  /** @type {HTMLElement} */ body;
  /** @type {string|undefined} */ sig;
  /** @type {number|undefined} */ of;

  connectedCallback() {
    this.body = parts(this).body;
    const app = /** @type {HTMLElement} */ (document.getElementById("app"));
    onDo(app, { "close-context": () => app.classList.remove("ctx-open") });
    onDo(this, { "edit-customer": () => this.edit(), "block-customer": () => this.askBlock(), "unblock-customer": () => this.block(false) });
    this.addEventListener("saved", (event) => this.adopt(/** @type {CustomEvent} */ (event).detail), { capture: true });
    this.addEventListener("cancelled", () => this.edited(false), { capture: true });
    store.later(["open", "thread", "rows"], () => this.draw()); // first what was said
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
    const sig = row && thread ? JSON.stringify([row.id, thread.customer, row.state, row.assignee, row.subject]) : store.opening.phase;
    if (sig === this.sig) return;
    if (this.busy && row?.id === this.of) return; // nothing is drawn over what somebody types
    this.sig = sig;
    this.of = row?.id;
    if (!row || !thread) return this.body.replaceChildren(...(store.opening.phase === "loading" ? [clone("skeleton-context")] : []));
    const panel = clone("context");
    const place = parts(panel);
    const { customer } = thread;
    face(place.avatar, customer);
    place.name.textContent = customer.name;
    place.since.textContent = customer.since ? t("context.since", { date: date(customer.since) }) : "";
    place.vip.hidden = !customer.vip;
    place.kv.append(...this.lines(customer));
    place.blocked.hidden = !customer.blocked;
    place.block.hidden = Boolean(customer.blocked);
    if (customer.blocked) place.why.textContent = [t("customer.blocked", { date: date(customer.blocked.at) }), customer.blocked.reason].filter(Boolean).join(" · ");
    for (const link of [place.all, place.page]) link.href = link.dataset.base.replace("/0/", `/${customer.id}/`);
    place.merge.href = `${place.merge.dataset.base.replace("/0/", `/${customer.id}/`)}#merge`;
    place.consents.dataset.customer = customer.id;
    place.facts.append(...this.facts(row, thread));
    this.body.replaceChildren(panel);
    this.drawBeside();
    this.drawTime();
  }

  /** What they do now, our dealings and the timeline; changes while they move, so by itself. */
  drawBeside() {
    const { site, dealings: place, timeline } = parts(this);
    const { thread } = store;
    if (!site || !thread?.beside) return;
    site.replaceChildren(...siteSection(thread.beside.context || {}));
    place.replaceChildren(...dealings(thread.beside));
    timeline.replaceChildren(...history(thread, store.openId, () => refresh(Number(store.openId))));
  }

  /** Whether a form of the panel is open. */
  get busy() {
    return Boolean(this.querySelector("customer-form:not([hidden]), .blockform, .consents[open]"));
  }

  edit() {
    const form = /** @type {any} */ (this.querySelector("customer-form"));
    this.edited(true);
    form.show(store.thread?.customer);
  }

  /** @param {boolean} on */
  edited(on) {
    const { kv } = parts(this);
    kv.hidden = on;
    if (!on) this.draw();
    if (!on) /** @type {HTMLElement|null} */ (this.querySelector("[data-do=edit-customer]"))?.focus();
  }

  /** @param {any} customer */
  adopt(customer) {
    if (this.of !== undefined) adoptCustomer(this.of, customer);
    this.sig = undefined;
    this.draw();
    toast(t("customer.saved"));
  }

  askBlock() {
    if (this.querySelector(".blockform")) return;
    const box = /** @type {HTMLFormElement} */ (clone("block-form"));
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = box.reason.value;
      box.remove();
      this.block(true, reason);
    });
    box.querySelector("[data-do=cancel]")?.addEventListener("click", () => box.remove());
    parts(this).acts.after(box);
    box.reason.focus();
  }

  /** @param {boolean} blocked @param {string} [reason] */
  async block(blocked, reason = "") {
    const { row } = store;
    if (!row) return;
    try {
      adoptCustomer(row.id, await api.post(`customers/${row.customer.id}/block/`, { blocked, ...(blocked ? { reason } : {}) }));
      const undo = blocked ? { word: t("customer.undo"), act: () => this.block(false) } : {};
      toast(t(blocked ? "customer.blocked.done" : "customer.unblocked.done", { name: row.customer.name }), undo);
    } catch (error) {
      toast(t("act.failed", { why: /** @type {Fault} */ (error).message }));
    }
  }

  /** @param {any} customer */
  lines(customer) {
    const lines = customer.identities.map((/** @type {any} */ identity) => {
      const line = this.line(identityIcon(identity.kind), identity.address, identity.alone ? aloneMark(identity) : identity.verified ? clone("verified") : null);
      const { text } = parts(line);
      text.dir = "ltr";
      text.title = [identity.address, identity.evidence].filter(Boolean).join(" · ");
      return line;
    });
    const where = [customer.language && languageName(customer.language), customer.city].filter(Boolean).join(" · ");
    if (where || customer.timezone) {
      const there = make("span", "meta num");
      there.dataset.zone = customer.timezone || "";
      lines.push(this.line("globe", where || customer.timezone, there));
    }
    if (customer.company) lines.push(this.line("building", customer.company, null));
    for (const { label, value } of customer.fields || []) {
      if (value === null || value === undefined || value === "") continue;
      const shown = this.line("tag", value === true ? t("customer.yes") : String(value), make("span", "meta cut", label));
      lines.push(shown);
    }
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
