/** The agent's socket: reconnects with jitter, and mistrusts silence. */

const SILENCE = 60_000; // the server's heartbeat comes every 25 s
const LONGEST = 30_000;

/** Emits `up`, `down`, `refused`, `signed-out` and `frame` (CustomEvent with the parsed frame). */
export class Socket extends EventTarget {
  /** @param {string} path */
  constructor(path) {
    super();
    this.url = new URL(path, location.href);
    this.url.protocol = this.url.protocol === "https:" ? "wss:" : "ws:";
    /** @type {WebSocket|null} */
    this.ws = null;
    this.tries = 0;
    this.heard = 0;
    this.timer = 0;
    this.open = false;
    this.over = false;
    setInterval(() => this.watch(), 5000);
    addEventListener("online", () => this.again(0));
    addEventListener("offline", () => this.ws?.close());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && Date.now() - this.heard > 35_000) this.again(0);
    });
  }

  connect() {
    const ws = new WebSocket(this.url);
    this.ws = ws;
    this.heard = Date.now();
    ws.onmessage = (event) => {
      this.heard = Date.now();
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome") this.tries = 0;
      if (frame.type === "welcome") this.mark(true);
      this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
    };
    ws.onclose = (event) => {
      if (ws !== this.ws) return;
      this.ws = null;
      if (!this.open) this.dispatchEvent(new Event("refused"));
      this.mark(false);
      if (event.code === 4401 || event.code === 4403) this.stop();
      else this.again();
    };
  }

  /** The session is over: no more knocking. */
  stop() {
    this.over = true;
    clearTimeout(this.timer);
    const old = this.ws;
    this.ws = null;
    this.open = false;
    old?.close();
    this.dispatchEvent(new Event("signed-out"));
  }

  /** @param {object} frame @returns {boolean} whether it left */
  send(frame) {
    if (!this.open || !this.ws) return false;
    this.ws.send(JSON.stringify(frame));
    return true;
  }

  /** @param {boolean} open */
  mark(open) {
    if (open === this.open) return;
    this.open = open;
    this.dispatchEvent(new Event(open ? "up" : "down"));
  }

  /** Connect again, after `ms` or after a jittered pause that doubles. @param {number} [ms] */
  again(ms) {
    if (this.over) return;
    if (this.ws) {
      const old = this.ws;
      this.ws = null;
      old.close();
      this.mark(false);
    }
    const pause = ms ?? Math.min(LONGEST, 500 * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.connect(), pause);
  }

  /** A socket that fell silent is a dead one, whatever it claims. */
  watch() {
    if (this.ws && Date.now() - this.heard > SILENCE) this.again(0);
  }
}
