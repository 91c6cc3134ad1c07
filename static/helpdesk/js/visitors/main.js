/** The visitors' page: the list that came with it, then asked again every three seconds. */
import { api } from "../lib/api.js";
import { boot } from "../lib/boot.js";
import { now, setServerTime } from "../lib/clock.js";
import { onDo, parts } from "../lib/dom.js";
import { time } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { clearFilter, draw, onFilter } from "./list.js";
import { again, close, open, openId, update } from "./panel.js";

const EVERY = 3000;
const root = /** @type {HTMLElement} */ (document.getElementById("visitors"));
const link = /** @type {HTMLElement} */ (document.getElementById("link"));

let live = boot.live;
let asked = boot.server_time;
let timer = 0;
setServerTime(boot.server_time);

/** @param {number} id */
const find = (id) => live.visitors.find((/** @type {{id: number}} */ one) => one.id === id);
const show = () => draw(live, openId());

async function ask() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    live = await api.get("visitors/");
    asked = new Date(now()).toISOString();
    link.hidden = true;
    show();
    if (openId()) update(find(openId()));
  } catch (fault) {
    complain(/** @type {import("../lib/api.js").Fault} */ (fault));
  }
  timer = window.setTimeout(ask, EVERY);
}

/** The list stays, and says how old it is. @param {import("../lib/api.js").Fault} fault */
function complain(fault) {
  const { words, login } = parts(link);
  const out = [401, 403].includes(fault.status);
  words.textContent = out ? t("link.out") : t(navigator.onLine ? "link.down" : "link.offline", { time: time(asked) });
  login.hidden = !out;
  link.hidden = false;
}

/** @param {HTMLElement} target */
const visitorOf = (target) => find(Number(/** @type {HTMLElement|null} */ (target.closest("tr"))?.dataset.id));

onDo(root, {
  open(target, event) {
    const one = visitorOf(target);
    if (!one || /** @type {Element} */ (event.target).closest("a")) return;
    open(one);
    show();
  },
  invite(target) {
    const one = visitorOf(target);
    if (one) open(one, true);
    show();
  },
  close() {
    close();
    show();
  },
  clear() {
    clearFilter();
    show();
  },
  again,
});
onFilter(show);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !openId()) return;
  close();
  show();
});
document.addEventListener("visibilitychange", ask);
addEventListener("online", ask);
show();
timer = window.setTimeout(ask, EVERY);
