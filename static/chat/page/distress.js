/** @file Signs of trouble: angry clicks, mistakes in forms, a checkout that stands still, a pointer
 * on its way out. Only that it happened is told, never what was typed or clicked. */

const RAGE = { clicks: 3, within: 700, quiet: 10_000 };
const ERRORS = { times: 3, within: 60_000, once: 300 };
const IDLE = [30, 60, 120, 300, 600];
const STUCK = 60;

/** @param {(kind: string, data?: object) => void} send @param {any} trail @param {{cart: any}} shop @param {() => boolean} phone */
export function watchDistress(send, trail, shop, phone) {
  /** @type {EventTarget | null} */
  let target = null;
  /** @type {number[]} */
  let clicks = [];
  /** @type {number[]} */
  let errors = [];
  let raged = 0;
  let idleTold = 0;
  let stuckAt = "";
  let left = false;

  addEventListener("click", (event) => {
    if (event.target !== target) clicks = [];
    target = event.target;
    clicks = [...clicks, event.timeStamp].filter((at) => event.timeStamp - at <= RAGE.within);
    if (clicks.length < RAGE.clicks || !event.isTrusted || event.timeStamp - raged < RAGE.quiet && raged) return;
    raged = event.timeStamp;
    send("distress", { kind: "rage", count: clicks.length });
  }, { capture: true, passive: true });

  /* One press of "send" may find ten empty fields: that is one mistake. */
  addEventListener("invalid", ({ timeStamp: now }) => {
    if (now - (errors.at(-1) ?? -ERRORS.once) < ERRORS.once) return;
    errors = [...errors, now].filter((at) => now - at <= ERRORS.within);
    if (errors.length >= ERRORS.times) send("distress", { kind: "error", count: errors.length });
  }, { capture: true, passive: true });

  document.documentElement.addEventListener("mouseleave", ({ clientY }) => {
    if (left || clientY > 0 || phone() || !matchMedia("(pointer: fine)").matches) return;
    left = true;
    send("exit");
  });

  return {
    /** Called each second. */
    tick() {
      const idle = trail.idle();
      if (idle < idleTold) idleTold = 0;
      const due = IDLE.findLast((seconds) => idle >= seconds) || 0;
      if (due > idleTold && !document.hidden) {
        idleTold = due;
        send("idle", { seconds: idle });
      }
      const step = shop.cart?.step || "";
      if (step && step !== stuckAt && idle >= STUCK) {
        stuckAt = step;
        send("distress", { kind: "checkout", step, seconds: idle });
      }
    },
    /** Another page: he may leave that one too. */
    page() {
      left = false;
    },
  };
}
