/** The queue page: what came with it, then asked again every three seconds; supervisors act on it. */
import { api, Fault } from "../lib/api.js";
import { boot } from "../lib/boot.js";
import { now, setServerTime } from "../lib/clock.js";
import { clone, onDo, parts, reconcile } from "../lib/dom.js";
import { time } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";
import "../elements/menu-button.js";
import { agentMenu, agentRow } from "./agents.js";
import { waitingMenu, waitingRow } from "./waiting.js";

/** @typedef {import("./waiting.js").Item} Item */
/** @typedef {import("./agents.js").Person} Person */
/** @typedef {{profiles: {id: number, name: string}[], skills: {id: number, name: string}[], priorities: {id: number, name: string}[], talks: Record<number, {id: number, name: string}[]>}} Steering */
/** @typedef {{queue: number, name: string, text: string}} Odd */
/** @typedef {{items: Item[], agents: Person[], steering: Steering|null, warnings: Odd[]}} Queue */

const EVERY = 3000;
const get = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const root = get("queue");
/** @type {Queue} */
let queue = boot.queue;
let asked = boot.server_time;
let timer = 0;
setServerTime(boot.server_time);

function draw() {
  if (root.querySelector("menu-button.open")) return; // nothing moves under the hand
  reconcile(get("items"), queue.items.map((one) => ({ key: String(one.id), sig: JSON.stringify(one), make: () => waitingRow(one, Boolean(queue.steering)) })));
  reconcile(get("agents"), queue.agents.map((one) => ({ key: String(one.id), sig: JSON.stringify(one), make: () => agentRow(one, queue.steering) })));
  reconcile(get("odd"), queue.warnings.map((one) => ({ key: `${one.queue} ${one.name} ${one.text}`, sig: one.text, make: () => oddRow(one) })));
  get("odd").hidden = !queue.warnings.length;
  get("waiting").hidden = !queue.items.length;
  get("nobody").hidden = queue.items.length > 0;
  get("team").hidden = !queue.agents.length;
  get("noteam").hidden = queue.agents.length > 0;
  get("count").textContent = queue.items.length ? t("queue.count", { n: queue.items.length }) : "";
}

/** What keeps customers waiting by itself, and where it is changed. @param {Odd} one */
function oddRow(one) {
  const line = clone("odd");
  const { name, words, mend } = parts(line);
  name.textContent = one.name;
  words.textContent = one.text;
  mend.hidden = !one.queue;
  mend.href = boot.urls.queue.replace("/0/", `/${one.queue}/`);
  return line;
}

async function ask() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    queue = await api.get("queue/");
    asked = new Date(now()).toISOString();
    get("link").hidden = true;
    draw();
  } catch (fault) {
    complain(/** @type {Fault} */ (fault));
  }
  timer = window.setTimeout(ask, EVERY);
}

/** The lists stay, and say how old they are. @param {Fault} fault */
function complain(fault) {
  const { words, login, again } = parts(get("link"));
  const out = [401, 403].includes(fault.status);
  words.textContent = out ? t("link.out") : t(navigator.onLine ? "queue.down" : "queue.offline", { time: time(asked) });
  login.hidden = !out;
  again.hidden = out;
  get("link").hidden = false;
}

/** @param {string} path @param {Record<string, any>} body @param {string} words said when it worked */
async function act(path, body, words) {
  try {
    const made = await api.post(path, body);
    const undo = made?.id && path === "reliefs/" ? () => act(`reliefs/${made.id}/end/`, {}, t("agent.undone")) : undefined;
    toast(words, { word: t("agent.undo"), act: undo });
  } catch (error) {
    const fault = /** @type {Fault} */ (error);
    if (fault.data.can_force) {
      const force = () => act(path, { ...body, force: true, reason: t("queue.forced") }, words);
      toast(fault.message, { word: t("queue.force"), act: force, lasts: 12_000 });
    } else toast(t("act.failed", { why: fault.message }), { lasts: 9000 });
  }
  ask();
}

/** @template {{id: number}} T @param {T[]} list @param {Element} inside @returns {T|undefined} */
const rowOf = (list, inside) => list.find((one) => String(one.id) === /** @type {HTMLElement|null} */ (inside.closest("tr"))?.dataset.key);

onDo(root, {
  again: ask,
  take(target) {
    const one = rowOf(queue.items, target);
    if (one) act(`conversations/${one.row.id}/assign/`, { agent: boot.agent.id }, t("queue.taken"));
  },
});
root.addEventListener("menu", (event) => {
  const { steering } = queue;
  const target = /** @type {Element} */ (event.target);
  const menu = /** @type {CustomEvent} */ (event).detail;
  const item = rowOf(queue.items, target);
  if (!steering) return;
  if (target.closest("#items") && item) menu.replaceChildren(...waitingMenu(item, steering, queue.agents, act));
  const person = rowOf(queue.agents, target);
  if (target.closest("#agents") && person) menu.replaceChildren(...agentMenu(person, steering, act));
});
document.addEventListener("visibilitychange", ask);
addEventListener("online", ask);
draw();
timer = window.setTimeout(ask, EVERY);
