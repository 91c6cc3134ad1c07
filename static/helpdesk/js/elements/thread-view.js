/** The open conversation: its head, its phases (loading, missing, broken, ready), its announcer. */
import { setState } from "../lib/actions.js";
import { channelIcon, channelName } from "../lib/channels.js";
import { answerClock, longWait } from "../lib/clock.js";
import { clone, face, icon, make, onDo, parts } from "../lib/dom.js";
import { ahead } from "../lib/format.js";
import { has, t } from "../lib/i18n.js";
import { active, mine } from "../lib/lists.js";
import { conversationUrl, goConversation, goList } from "../lib/router.js";
import { store } from "../lib/store.js";
import { may, open } from "../lib/threads.js";
import { unmerge } from "../lib/weave.js";
import { fillMenus } from "./thread-menus.js";

const PATIENCE = 150; // ms before a skeleton is better than nothing

class ThreadView extends HTMLElement {
  /** @type {Record<string, any>} */ place;
  /** @type {HTMLElement} */ head;
  /** @type {HTMLElement} */ log;
  /** @type {HTMLElement} */ none;
  /** @type {HTMLElement|null} */ phase = null;
  /** @type {Map<number, number>} */ told = new Map();

  connectedCallback() {
    this.place = parts(this);
    this.none = /** @type {HTMLElement} */ (document.querySelector("[data-thread=none]"));
    this.head = /** @type {HTMLElement} */ (this.querySelector(".thead"));
    this.log = /** @type {HTMLElement} */ (this.querySelector("message-log"));
    fillMenus(this);
    const app = /** @type {HTMLElement} */ (document.getElementById("app"));
    onDo(this, {
      back: goList,
      reopen: () => setState("open"),
      unmerge: () => store.row && unmerge(store.row.id),
      "retry-thread": () => store.openId !== null && open(store.openId),
      "to-newest": () => /** @type {any} */ (this.log).toNewest(),
      "toggle-context": () => app.classList.toggle("ctx-open"),
    });
    store.on("open", () => this.draw());
    store.on("thread", (id) => id === store.openId && this.draw());
    store.later(["open", "thread", "rows"], () => this.drawHead());
    store.on("messages", (messages) => this.announce(messages));
    this.draw();
    this.drawHead();
  }

  /** Who it is and what can be shown: what a switch waits for. The rest of the head follows. */
  draw() {
    const { openId, opening } = store;
    const app = /** @type {HTMLElement} */ (document.getElementById("app"));
    app.dataset.view = openId === null ? "list" : "thread";
    if (openId === null) app.classList.remove("ctx-open");
    this.none.hidden = openId !== null;
    this.hidden = openId === null;
    this.showPhase(this.ready ? "" : opening.phase, opening.words);
    this.drawWho();
  }

  get ready() {
    return !!store.thread && store.opening.phase !== "missing";
  }

  drawWho() {
    const { row } = store;
    /** @type {HTMLElement} */ (this.log.parentElement).hidden = !this.ready;
    /** @type {HTMLElement} */ (this.querySelector("composer-box")).hidden = !this.ready || row?.state === "closed";
    this.head.hidden = !row;
    if (!row) return;
    face(this.place.avatar, row.customer);
    if (this.place.name.textContent !== row.customer.name) this.place.name.textContent = row.customer.name;
  }

  /** @param {string} phase @param {string} words */
  showPhase(phase, words) {
    clearTimeout(this.timer);
    this.phase?.remove();
    this.phase = null;
    const show = (/** @type {string} */ template) => {
      this.phase = clone(template);
      const { words: place } = parts(this.phase);
      if (place) place.textContent = t("thread.error", { why: words });
      this.head.after(this.phase);
    };
    if (phase === "loading") this.timer = window.setTimeout(() => show("skeleton-log"), PATIENCE);
    if (phase === "missing") show("thread-missing");
    if (phase === "error") show("thread-error");
  }

  drawHead() {
    const { row } = store;
    const { place } = this;
    place.closed.hidden = row?.state !== "closed" || !!row.merged_into;
    this.drawMerged(row?.merged_into || 0);
    this.drawWho();
    if (!row) return;
    const menu = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.querySelector(`menu-button[data-menu=${name}]`));
    menu("resolve").hidden = !may("resolved");
    menu("snooze").hidden = !may("snoozed");
    menu("assign").hidden = row.state === "closed";
    place.reopen.hidden = active(row) || !may("open");
    const sig = JSON.stringify([row.id, row.state, row.assignee?.id, row.waiting_since, row.due_at, row.subject]);
    if (place.facts.dataset.sig !== sig) place.facts.replaceChildren(...this.facts(row));
    place.facts.dataset.sig = sig;
  }

  /** Where a merged conversation is read now. @param {number} target */
  drawMerged(target) {
    const { merged, mergedwords, mergedlink } = this.place;
    merged.hidden = !target;
    mergedwords.textContent = t("weave.into", { n: target });
    mergedlink.href = conversationUrl(target);
    mergedlink.onclick = (/** @type {MouseEvent} */ event) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      goConversation(target);
    };
  }

  /** @param {import("../lib/types.js").Row} row */
  facts(row) {
    const said = make("span", "said");
    const owner = !row.assignee ? t("thread.nobody") : mine(row) ? t("thread.mine") : t("thread.owner", { name: row.assignee.name });
    said.append(make("span", "cut", channelName(row)), make("span", "cut desk", owner));
    const state = row.state === "snoozed" && row.due_at ? t("row.snoozed", { time: ahead(row.due_at) }) : has(`state.${row.state}`) ? t(`state.${row.state}`) : "";
    if (state && !["new", "open"].includes(row.state)) said.append(make("span", "cut", state));
    const mark = icon(channelIcon(row), 14);
    if (!row.waiting_since || !active(row)) return [mark, said];
    return [mark, row.channel === "chat" ? answerClock(row.waiting_since) : longWait(row.waiting_since), make("span", "", "·"), said];
  }

  /** New words of the customer, said once to who cannot see them. @param {import("../lib/types.js").Message[]} messages */
  announce(messages) {
    const ours = new Set([store.openId, ...(store.thread?.strands || []).map((one) => one.id)]);
    const told = (/** @type {import("../lib/types.js").Message} */ one) => (ours.has(one.conversation) ? this.told.get(one.conversation) ?? Infinity : Infinity);
    const fresh = messages.filter((one) => one.direction === "in" && one.seq > told(one));
    for (const one of fresh) this.place.announce.textContent = t("thread.said", { name: store.row?.customer.name || "", words: one.body.slice(0, 300) });
    for (const one of messages) this.told.set(one.conversation, Math.max(this.told.get(one.conversation) ?? 0, one.seq));
  }
}

customElements.define("thread-view", ThreadView);
