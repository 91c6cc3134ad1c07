/** The chip above the words: whom a question goes to, or by which way the customer is answered. */
import { api } from "../lib/api.js";
import { asksSupervisor, colleagues, supervisors } from "../lib/asking.js";
import { channelIcon, via } from "../lib/channels.js";
import { clone, face, icon, make, parts } from "../lib/dom.js";
import { has, t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { answerIn, answering, isWoven } from "../lib/strands.js";
import { adoptThread } from "../lib/threads.js";
import { toast } from "../lib/toast.js";

/** @param {HTMLElement} menu @param {number[]} to */
const tell = (menu, to) => menu.dispatchEvent(new CustomEvent("asked", { bubbles: true, detail: to }));

/** @param {string} words @param {boolean} on @param {(event: Event) => void} act @param {string} role */
function option(words, on, act, role) {
  const item = clone("opt");
  const place = parts(item);
  place.text.textContent = words;
  item.setAttribute("role", role);
  item.setAttribute("aria-checked", String(on));
  item.addEventListener("click", act);
  return { item, place };
}

/** @param {HTMLElement} menu @param {number[]} to */
function whom(menu, to) {
  const above = supervisors();
  const people = colleagues().map((one) => {
    const on = to.includes(one.id);
    const item = clone("opt-agent");
    const place = parts(item);
    face(place.avatar, one, place.initials);
    place.presence.dataset.presence = one.presence || "offline";
    place.text.textContent = one.name;
    place.extra.textContent = has(`presence.${one.presence}`) ? t(`presence.${one.presence}`) : "";
    item.setAttribute("role", "menuitemcheckbox");
    item.setAttribute("aria-checked", String(on));
    item.classList.replace("opt", "opt");
    item.addEventListener("click", (event) => {
      event.stopPropagation(); // more than one may be asked: the menu stays
      const now = on ? to.filter((id) => id !== one.id) : [...to, one.id];
      tell(menu, now);
      menu.replaceChildren(...whom(menu, now));
      /** @type {HTMLElement|undefined} */ ([...menu.querySelectorAll(".opt")].find((each) => each.textContent === item.textContent))?.focus();
    });
    return item;
  });
  const heading = make("div", "title", t("ask.title"));
  if (!above.length) return [heading, ...people];
  const { item, place } = option(t("ask.supervisor"), asksSupervisor(to), () => tell(menu, above), "menuitemradio");
  place.icon.replaceWith(icon("users", 16));
  place.extra.remove();
  return [heading, item, document.createElement("hr"), ...people];
}

/** @param {HTMLElement} menu */
async function ways(menu) {
  /** @type {import("../lib/types.js").Way[]} */
  let found = [];
  try {
    found = (await api.get(`conversations/${answering(store.thread, Number(store.openId))}/ways/`)).ways;
  } catch (error) {
    menu.replaceChildren(make("div", "title", /** @type {Error} */ (error).message));
    return;
  }
  const items = found.map((way) => {
    const { item, place } = option(way.address ? t("via.to", { way: via(way), address: way.address }) : via(way), way.current, (event) => (way.doubt ? ask(menu, way, /** @type {Event} */ (event)) : take(way)), "menuitemradio");
    place.icon.replaceWith(icon(channelIcon(way), 16));
    const doubts = [way.verified ? "" : t("way.unverified"), way.doubt === "no_consent" ? t("way.no_consent") : "", way.barred ? t("way.barred") : ""];
    place.extra.textContent = [has(`way.${way.reason}`) ? t(`way.${way.reason}`) : "", ...doubts].filter(Boolean).join(" · ");
    return item;
  });
  menu.replaceChildren(...strands(menu), make("div", "title", t("way.title")), ...items);
  /** @type {HTMLElement|null} */ (menu.querySelector(".opt"))?.focus();
}

/** What is doubtful about a way, and whether it is wanted all the same. @param {HTMLElement} menu @param {import("../lib/types.js").Way} way @param {Event} event */
function ask(menu, way, event) {
  event.stopPropagation(); // the menu stays
  const { item, place } = option(t("way.sure"), false, () => take(way, true), "menuitem");
  place.icon.replaceWith(icon("alert", 16));
  place.extra.textContent = `${way.address} · ${t(`way.${way.doubt}`)}`;
  menu.replaceChildren(make("div", "title", t(`way.doubt.${way.doubt}`)), item);
  item.focus();
}

/** Whom to answer, where others were merged into the thread. @param {HTMLElement} menu @returns {HTMLElement[]} */
function strands(menu) {
  const { row, thread } = store;
  if (!row || !thread || !isWoven(thread)) return [];
  const now = answering(thread, row.id);
  const items = [row, ...(thread.strands || [])].map((one) => {
    const { item, place } = option(`${one.customer.name} · #${one.id}`, one.id === now, () => {
      answerIn(thread, row.id, one.id);
      store.emit("thread", row.id);
    }, "menuitemradio");
    place.icon.replaceWith(icon(channelIcon(one), 16));
    const closed = one !== row && !(/** @type {any} */ (one).answerable);
    /** @type {HTMLButtonElement} */ (item).disabled = closed;
    place.extra.textContent = closed ? t("weave.notyours", { inbox: one.inbox.name }) : via(one);
    return item;
  });
  return [make("div", "title", t("weave.whom")), ...items, document.createElement("hr")];
}

/** @param {import("../lib/types.js").Way} way @param {boolean} [sure] */
async function take(way, sure = false) {
  const id = store.openId;
  const strand = answering(store.thread, Number(id));
  if (strand !== id) return takeIn(strand, way, sure);
  try {
    const detail = await api.post(`conversations/${id}/ways/`, { inbox: way.inbox, address: way.address, sure });
    adoptThread(detail);
    store.emit("thread", id);
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

/** Another way for a merged conversation's customer; the thread stays the one it is. @param {number} strand @param {import("../lib/types.js").Way} way @param {boolean} sure */
async function takeIn(strand, way, sure) {
  const root = Number(store.openId);
  try {
    const { can, via: by } = await api.post(`conversations/${strand}/ways/`, { inbox: way.inbox, address: way.address, sure });
    const { thread } = store;
    const found = thread?.strands?.find((one) => one.id === strand);
    if (!thread || !found) return;
    Object.assign(found, { can, via: by });
    answerIn(thread, root, strand);
    store.emit("thread", root);
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

document.addEventListener("menu", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.dataset.menu !== "via") return;
  const menu = /** @type {CustomEvent} */ (event).detail;
  const { draft } = /** @type {any} */ (target.closest("composer-box"));
  if (draft.mode === "ask") return menu.replaceChildren(...whom(menu, draft.to));
  menu.replaceChildren(make("div", "title", t("way.title")));
  ways(menu);
});
