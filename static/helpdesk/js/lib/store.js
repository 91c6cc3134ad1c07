/** The one place that knows the state of the screen; everything else listens. */
import { boot } from "./boot.js";
import { afterPaint } from "./dom.js";

/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Thread} Thread */
/** @typedef {{ids: number[], next: string|null, phase: "new"|"loading"|"ready"|"error", more: boolean, error: string}} List */

/**
 * Emits: `rows` (something in a list changed), `counts`, `open` (another conversation),
 * `thread` (detail: conversation id), `lost` (id: we may not see it any more), `typing` (id), `presence`, `link`, `messages`, `outbox` (id),
 * `beside` (id: what stands in the context column), `offers` (what I am asked to take, wrap-ups),
 * `draft` (detail: {id, mode}: words changed elsewhere), `saved` (id), `preferences`,
 * `leaving` (detail: a wish to go away with live chats, or null), `still` (detail: is he asked
 * whether he is there), `company` (id: who else looks or writes), `forme` (what calls me), `say` (a
 * frame for the socket).
 */
class Store extends EventTarget {
  constructor() {
    super();
    this.agent = boot.agent;
    this.view = boot.view;
    /** @type {Record<string, number|string>} */
    this.counts = boot.counts || {};
    /** @type {Map<number, Row>} */
    this.rows = new Map();
    /** @type {Map<string, List>} */
    this.lists = new Map();
    /** @type {number|null} */
    this.openId = null;
    /** @type {Map<number, Thread>} */
    this.threads = new Map();
    /** @type {{phase: "none"|"loading"|"ready"|"missing"|"error", words: string}} */
    this.opening = { phase: "none", words: "" };
    /** By the conversation in whose thread it is read. @type {Map<number, {name: string, from: string, conversation: number, until: number}>} */
    this.typing = new Map();
    /** Conversations in which I have begun to write. @type {Set<number>} */
    this.drafts = new Set(boot.drafts || []);
    /** @type {Record<string, any>} */
    this.preferences = boot.preferences || {};
    /** @type {"up"|"down"|"signed-out"} */
    this.link = "up";
  }

  /** @param {string} type @param {any} [detail] */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {string|string[]} types @param {(detail: any) => void} listener */
  on(types, listener) {
    for (const type of [types].flat()) {
      this.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** As `on`, once after the next frame is on the screen: for what nobody looks at first. @param {string|string[]} types @param {() => void} work */
  later(types, work) {
    this.on(types, afterPaint(work));
  }

  /** @param {string} view @returns {List} */
  list(view) {
    let list = this.lists.get(view);
    if (!list) {
      list = { ids: [], next: null, phase: "new", more: false, error: "" };
      this.lists.set(view, list);
    }
    return list;
  }

  get row() {
    return this.openId === null ? undefined : this.rows.get(this.openId);
  }

  get thread() {
    return this.openId === null ? undefined : this.threads.get(this.openId);
  }

  /** Who is typing there now, if anyone. @param {number} id */
  typist(id) {
    const typing = this.typing.get(id);
    return typing && typing.until > Date.now() ? typing : null;
  }
}

export const store = new Store();
