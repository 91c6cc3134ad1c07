/**
 * The bar above every screen: a rush, since when and by which signs; and what a supervisor eased
 * for me. In the inbox the socket tells of a change, elsewhere we ask now and then.
 */
import { api } from "../lib/api.js";
import { onDo, parts } from "../lib/dom.js";
import { time } from "../lib/format.js";
import "./hands.js";

/** @typedef {{id: number, kind: string, text: string, agents: string[], reason: string, by: string, since: string, until: string|null}} Relief */
/** @typedef {{since: string|null, signs: string[], calm_since: string|null, call_in: boolean, mine: Relief[]}} Rush */

const EVERY = 15_000;
const OVER_LASTS = 8000;
const ISOLATED = (/** @type {string} */ words) => `\u2068${words}\u2069`;
const told = document.body.classList.contains("workspace");

/** What this person has put away, in this browser; or (session) what this tab was told last. @param {string} key @param {"localStorage"|"sessionStorage"} [where] */
function seen(key, where = "localStorage") {
  try {
    return window[where].getItem(`parley.rush.${key}`) || "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value @param {"localStorage"|"sessionStorage"} [where] */
function see(key, value, where = "localStorage") {
  try {
    window[where].setItem(`parley.rush.${key}`, value);
  } catch {
    /* storage is blocked: it comes back with the next page */
  }
}

class RushBar extends HTMLElement {
  /** @type {Rush|null} */ rush = null;
  timer = 0;
  drawn = "";
  /** What is put away in this page, where the browser keeps nothing. @type {Record<string, string>} */
  away = { rush: "", mine: "" };

  connectedCallback() {
    this.me = this.dataset.me || "";
    for (const key of Object.keys(this.away)) this.away[key] = seen(`${key}.${this.me}`);
    onDo(this, {
      dismiss: () => this.putAway("rush", this.rush?.since || ""),
      seen: () => this.putAway("mine", this.mine),
      help: () => this.help(),
    });
    document.addEventListener("parley:rush", () => this.ask());
    document.addEventListener("visibilitychange", () => !document.hidden && this.ask());
    addEventListener("online", () => this.ask());
    addEventListener("storage", (event) => event.key?.startsWith("parley.rush.") && this.recall());
    // What the page before knew, at once: else the bar comes a moment later and moves what one is about to click.
    try {
      this.rush = JSON.parse(seen(`said.${this.me}`, "sessionStorage") || "null");
      this.draw();
    } catch {
      this.rush = null; // of another release: what holds now is asked anyway
    }
    this.ask();
  }

  recall() {
    for (const key of Object.keys(this.away)) this.away[key] = seen(`${key}.${this.me}`);
    this.draw();
  }

  /** What is eased for me, as something to compare. */
  get mine() {
    return (this.rush?.mine || []).map(({ id }) => id).join(",");
  }

  async ask() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      const before = this.rush?.since;
      this.rush = await api.get("rush/");
      see(`said.${this.me}`, JSON.stringify(this.rush), "sessionStorage");
      if (before && !this.rush?.since) this.sayOver();
      this.draw();
    } catch {
      /* the page's own bar says that the line is cut; what stands here stays */
    }
    if (!told) this.timer = window.setTimeout(() => this.ask(), EVERY);
  }

  /** @param {string} key @param {string} value */
  putAway(key, value) {
    this.away[key] = value;
    see(`${key}.${this.me}`, value);
    this.draw();
  }

  /** Who does other work chooses to help. */
  async help() {
    try {
      await api.post("presence/", { presence: "online" });
      document.dispatchEvent(new Event("parley:presence"));
      this.ask();
    } catch {
      this.drawn = ""; // the next answer puts the signs back
      parts(this).signs.textContent = this.dataset.sayFault || "";
    }
  }

  sayOver() {
    const { over } = parts(this);
    over.hidden = false;
    setTimeout(() => (over.hidden = true), OVER_LASTS);
  }

  /** Nothing is touched that has not changed: it would be read aloud again. */
  draw() {
    const drawn = JSON.stringify([this.rush, this.away]);
    if (!this.rush || drawn === this.drawn) return;
    this.drawn = drawn;
    const { since, signs, calm_since, call_in, mine } = this.rush;
    const place = parts(this);
    place.rush.hidden = !since || since === this.away.rush;
    if (since) place.since.textContent = `${this.say("saySince", since)}:`;
    place.signs.textContent = calm_since ? this.say("sayCalm", calm_since) : signs.join(" · ");
    place.rush.classList.toggle("late", !calm_since);
    place.rush.classList.toggle("attention", Boolean(calm_since));
    place.help.hidden = !call_in;
    place.eased.hidden = !mine.length || this.mine === this.away.mine;
    place.mine.textContent = mine.map((one) => this.words(one)).join(" · ");
  }

  /** A sentence with a time of the day. @param {string} key @param {string} iso */
  say(key, iso) {
    return (this.dataset[key] || "").replace("{time}", time(iso));
  }

  /** "1 more at once: chat, until 15:20 (Henrik Dahl: Rush)" @param {Relief} one */
  words({ text, until, by, reason }) {
    const end = until ? this.say("sayUntil", until) : this.dataset.sayGood;
    return `${ISOLATED(text)}, ${end} (${ISOLATED(by ? `${by}: ${reason}` : reason)})`;
  }
}

customElements.define("rush-bar", RushBar);
