/** @file Where the visitor is and what his hands do: address, title, seconds, scroll, idle. Nothing
 * of the page is patched: routes of single-page sites are found by looking at the address. */

const ACTS = ["pointermove", "pointerdown", "keydown", "scroll", "touchmove"];
const here = () => location.origin + location.pathname + location.search;

export function makeTrail() {
  let referrer = document.referrer;
  let url = here();
  let seconds = 0;
  let scroll = 0;
  let acted = Date.now();

  function measure() {
    const { scrollHeight } = document.documentElement;
    scroll = Math.max(scroll, Math.min(100, Math.round(((scrollY + innerHeight) * 100) / Math.max(1, scrollHeight))));
  }

  return {
    watch() {
      for (const act of ACTS) addEventListener(act, () => { acted = Date.now(); }, { passive: true, capture: true });
    },
    idle: () => Math.floor((Date.now() - acted) / 1000),
    /** Called each second; true when another page of the site stands there. */
    tick() {
      if (!document.hidden) seconds += 1;
      measure();
      if (here() === url) return false;
      [referrer, url, seconds, scroll] = [url, here(), 0, 0];
      return true;
    },
    /** As a hit tells it. */
    now: () => ({ page: { url, title: document.title.slice(0, 200), referrer }, seconds, scroll }),
  };
}
