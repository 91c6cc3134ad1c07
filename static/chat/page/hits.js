/** @file Hits to the desk, one after the other: a simple request without cookies, so that the
 * browser asks no permission first. A desk that is busy is left alone for a while, one that says
 * no is not asked again on this page. */

const SLOW_AFTER = 300; /* seconds without a movement */
const LONGEST = 300_000;
const WAITING = 20;

/** @param {string} base address of the widget @param {any} memory @param {any} trail @param {string} language
 * @param {(reply: any) => void} heard called with every answer */
export function makeHits(base, memory, trail, language, heard) {
  let stopped = false;
  let failures = 0;
  let waiting = 0;
  let next = 0;
  let resume = 0;
  let last = Promise.resolve();

  /** @param {string} kind @param {object} data */
  const body = (kind, data) => JSON.stringify({
    visitor: memory.visitor(), visit: memory.visit(), kind, data, language, screen: [screen.width, screen.height], ...trail.now(),
  });

  /** @param {Response} answer */
  function refused(answer) {
    if (answer.status === 429 || answer.status >= 500) wait(Number(answer.headers.get("Retry-After")) * 1000);
    else stopped = true;
  }

  function wait(least = 0) {
    failures += 1;
    resume = Date.now() + Math.max(least || 0, Math.min(LONGEST, 5_000 * 2 ** failures) * (0.75 + Math.random() / 2));
  }

  /** @param {string} kind @param {any} data @param {string} text */
  async function post(kind, data, text) {
    if (stopped || Date.now() < resume) return;
    try {
      const answer = await fetch(`${base}hit/`, {
        method: "POST", body: text, keepalive: true, credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(10_000),
      });
      if (!answer.ok) {
        refused(answer);
        return;
      }
      failures = 0;
      const reply = await answer.json();
      stopped = !reply.beat && kind !== "consent";
      next = Date.now() + reply.beat * 1000;
      heard({ ...reply, kind, agreed: data.granted === true });
    } catch {
      wait();
    }
  }

  /** @param {string} kind @param {object} [data] */
  function send(kind, data = {}, asked = memory.allowed()) {
    if (!asked || stopped || waiting >= WAITING) return last;
    const text = body(kind, data);
    waiting += 1;
    last = last.then(() => post(kind, data, text)).then(() => { waiting -= 1; });
    return last;
  }

  return {
    send,
    /** Called each second: a sign of life while the page is seen, rarer when nobody moves. */
    tick() {
      if (document.hidden || waiting || Date.now() < next) return;
      const idle = trail.idle();
      send("beat", { idle });
      next = Date.now() + (idle > SLOW_AFTER ? 60_000 : 5_000);
    },
    bye() {
      if (memory.allowed() && !stopped) navigator.sendBeacon(`${base}hit/`, body("bye", {}));
    },
    /** A new consent begins anew. */
    again() {
      [stopped, failures, resume] = [false, 0, 0];
    },
  };
}
