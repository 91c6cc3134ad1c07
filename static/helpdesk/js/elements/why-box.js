/** Why this agent has the open conversation; for one that waits: why nobody has it yet. */
import { api } from "../lib/api.js";
import { clone, face, make, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";

/**
 * @typedef {{state: string, sentences: string[], agents: {agent: import("../lib/types.js").Agent, sentence: string}[]}} Why
 */
const TELLING = new Set(["assigned", "unassigned", "offered", "offer_declined", "offer_missed", "requeued", "state_changed", "priority_changed"]);
const EVERY = 5000; // ms between two looks while it waits: the answer changes with the wait
/** The last answer, so that a redrawn panel need not flicker. @type {{id: number, seq: number, why: Why}|null} */
let last = null;

/** The newest event that may change the answer. */
const newest = () => Math.max(0, ...(store.thread?.events || []).filter((one) => TELLING.has(one.kind)).map((one) => one.seq));

class WhyBox extends HTMLElement {
  connectedCallback() {
    const follow = () => this.ask();
    store.addEventListener("thread", follow);
    const timer = setInterval(() => last?.id === store.openId && ["queued", "offered"].includes(last?.why.state || "") && this.ask(true), EVERY);
    this.stop = () => {
      store.removeEventListener("thread", follow);
      clearInterval(timer);
    };
    this.draw();
    this.ask();
  }

  disconnectedCallback() {
    this.stop?.();
  }

  /** @param {boolean} [again] */
  async ask(again = false) {
    const id = store.openId;
    const seq = newest();
    if (id === null || this.asking || document.hidden || (!again && last?.id === id && last.seq === seq)) return;
    this.asking = true;
    try {
      const why = await api.get(`conversations/${id}/why/`);
      last = { id, seq, why };
    } catch {
      /* what was shown stays; the next event asks again */
    } finally {
      this.asking = false;
    }
    this.draw();
  }

  draw() {
    const why = last?.id === store.openId ? last?.why : null;
    const sig = JSON.stringify(why);
    if (sig === this.sig) return;
    this.sig = sig;
    const unfolded = this.querySelector("details")?.open || false;
    this.replaceChildren();
    if (!why || !why.sentences.length) return;
    const box = clone("why");
    const place = parts(box);
    place.title.textContent = t(why.state === "queued" ? "why.nobody" : "why.title");
    place.sentences.append(...why.sentences.map((words) => make("li", "", words)));
    place.others.hidden = !why.agents.length;
    place.others.open = unfolded;
    place.summary.textContent = t("why.others", { n: why.agents.length });
    place.agents.append(...why.agents.map((one) => {
      const item = clone("why-agent");
      const { avatar, name, words } = parts(item);
      face(avatar, one.agent);
      name.textContent = one.agent.name;
      words.textContent = one.sentence;
      return item;
    }));
    this.append(box);
  }
}

customElements.define("why-box", WhyBox);
