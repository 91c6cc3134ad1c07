/** The logs that were shown last stay laid out, unseen, for when one returns to them. */
import { make } from "./dom.js";

const MOST = 6;

export class KeptLogs {
  /** What was drawn of each conversation, the last shown last. @type {Map<number, HTMLElement>} */
  all = new Map();

  /** @param {HTMLElement} place where they are */
  constructor(place) {
    this.place = place;
  }

  /** What is kept of a conversation. @param {number} id */
  get(id) {
    return this.all.get(id);
  }

  /** Where a conversation is drawn: as it was left, to be made true. @param {number} id */
  of(id) {
    const log = this.all.get(id) || make("div", "talk");
    this.all.delete(id);
    this.all.set(id, log);
    this.keep(MOST);
    return log;
  }

  /** Show this one and no other. @param {HTMLElement} log */
  turn(log) {
    if (!log.isConnected) this.place.append(log);
    for (const one of this.all.values()) one.classList.toggle("away", one !== log);
  }

  /** @param {number} most of them, the last shown */
  keep(most) {
    for (const oldest of this.all.keys()) if (this.all.size > most) this.forget(oldest);
  }

  /** @param {number} id of a conversation */
  forget(id) {
    this.all.get(id)?.remove();
    this.all.delete(id);
  }
}
