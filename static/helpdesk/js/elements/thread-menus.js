/** Fills the menus of the thread's head just before they open. */
import { assign, setState, setTag } from "../lib/actions.js";
import { boot } from "../lib/boot.js";
import { clone, face, icon, parts } from "../lib/dom.js";
import { ahead } from "../lib/format.js";
import { has, t } from "../lib/i18n.js";
import { conversationUrl } from "../lib/router.js";
import { maySplit, mayTrace } from "../lib/message-menu.js";
import { store } from "../lib/store.js";
import { reactionRow } from "../lib/reacting.js";
import { answerThis, mayAnswer } from "../lib/replying.js";
import { togetherItems } from "../lib/steering.js";
import { tagPanel } from "../lib/tagging.js";
import { may } from "../lib/threads.js";
import { toast } from "../lib/toast.js";
import { choose, split } from "../lib/weave.js";

/** @param {string} name @param {string} words @param {() => void} act @param {{extra?: string, cls?: string, plain?: boolean}} [more] */
export function option(name, words, act, { extra = "", cls = "", plain = false } = {}) {
  const item = clone("opt");
  const place = parts(item);
  place.icon.replaceWith(icon(name, 16));
  place.text.textContent = words;
  if (extra) place.extra.textContent = extra;
  else place.extra.remove();
  if (cls) item.classList.add(...cls.split(" "));
  if (plain) item.removeAttribute("role");
  item.addEventListener("click", act);
  return item;
}

/** @param {string} words */
export function title(words) {
  const item = document.createElement("div");
  item.className = "title";
  item.textContent = words;
  return item;
}

/** @param {import("../lib/types.js").Agent} agent */
function person(agent) {
  const item = clone("opt-agent");
  const place = parts(item);
  face(place.avatar, agent, place.initials);
  place.presence.dataset.presence = agent.presence || "offline";
  place.text.textContent = agent.id === store.agent.id ? t("assign.me", { name: agent.name }) : agent.name;
  place.extra.textContent = has(`presence.${agent.presence}`) ? t(`presence.${agent.presence}`) : "";
  item.setAttribute("aria-checked", String(store.row?.assignee?.id === agent.id));
  item.addEventListener("click", () => assign(agent));
  return item;
}

/** Me first, then who is there. @param {import("../lib/types.js").Agent[]} agents */
export function ordered(agents) {
  const rank = (/** @type {import("../lib/types.js").Agent} */ agent) =>
    agent.id === store.agent.id ? 0 : { online: 1, busy: 2, break: 3 }[agent.presence || ""] || 4;
  return [...agents].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** @param {number} days @param {number} hour */
function at(days, hour) {
  const date = new Date();
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date;
}

/** @param {Date} date */
const snooze = (date) => setState("snoozed", { reason: "later", due_at: date.toISOString() });

/** @param {(date: Date) => void} [act] what a chosen time does */
export function snoozeItems(act = snooze) {
  const hours = (/** @type {number} */ n) => new Date(Math.ceil((Date.now() + n * 3600_000) / 300_000) * 300_000);
  const monday = ((8 - new Date().getDay()) % 7) || 7;
  /** @type {[string, Date][]} */
  const times = [["snooze.hour", hours(1)], ["snooze.hours", hours(3)], ["snooze.tomorrow", at(1, 9)]];
  if (monday > 1) times.push(["snooze.monday", at(monday, 9)]);
  const form = clone("snooze-form");
  const { when } = parts(form);
  const local = (/** @type {Date} */ date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  when.value = local(at(1, 9));
  when.min = local(new Date());
  when.max = local(at(29, 23));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(new Date(when.value));
    /** @type {any} */ (form.closest("menu-button")).hide(true);
  });
  return [
    title(t("snooze.title")),
    ...times.map(([key, date]) => option("snooze", t(key), () => act(date), { extra: ahead(date.toISOString()), plain: true })),
    document.createElement("hr"), form,
  ];
}

/** @param {string} name the menu that an item of the More menu opens instead */
const openMenu = (name) => () =>
  queueMicrotask(() => /** @type {any} */ (document.querySelector(`thread-view menu-button[data-menu=${name}]`)).show());

function moreItems() {
  const items = [option("userplus", t("menu.assign"), openMenu("assign"), { cls: "narrow-item" })];
  if (may("snoozed")) items.push(option("snooze", t("menu.snooze"), openMenu("snooze"), { cls: "narrow-item" }));
  items.push(option("tag", t("tag.menu"), openMenu("tags"), { cls: "narrow-item" }));
  if (may("resolved")) items.push(option("done", t("menu.resolve"), openMenu("resolve"), { cls: "phone-item" }));
  if (store.row?.state !== "new" && may("open")) items.push(option("retry", t("menu.reopen"), () => setState("open")));
  items.push(option("user", t("menu.customer"), () => document.getElementById("app")?.classList.add("ctx-open"), { cls: "ctx-toggle" }));
  if (may("pending")) items.push(option("clock", t("menu.pending"), () => setState("pending")));
  items.push(option("bolt", t("macro.menu"), () => queueMicrotask(() => /** @type {any} */ (document.querySelector("macro-picker")).open()), { extra: "M" }));
  items.push(...weaveItems(), option("link", t("menu.link"), copyLink), ...togetherItems(option));
  if (may("spam")) items.push(document.createElement("hr"), option("ban", t("menu.spam"), () => setState("spam"), { cls: "danger" }));
  return items;
}

/** Merging and linking. */
function weaveItems() {
  if (!store.row || !store.thread) return [];
  const items = [option("pin", t("weave.link"), () => choose("link"), { extra: "L" })];
  if (store.row.state !== "spam" && !store.row.merged_into) items.unshift(option("merge", t("weave.merge"), () => choose("merge"), { extra: "W" }));
  return items;
}

/** @param {HTMLElement} [target] the menu of one message */
function messageItems(target) {
  const { thread } = store;
  const id = /** @type {HTMLElement|undefined} */ (target)?.dataset.message;
  const message = thread?.messages.find((one) => one.id === id);
  if (!thread || !message) return [];
  const answer = mayAnswer(message) ? [option("quote", t("reply.this"), () => answerAndWrite(message.id))] : [];
  const own = thread.messages.filter((one) => one.conversation === message.conversation);
  const items = maySplit(message) ? [title(t("weave.split.title")), option("out", t("weave.split.one"), () => split(message, false))] : [];
  if (items.length && own.at(-1) !== message) items.splice(1, 0, option("out", t("weave.split.all"), () => split(message, true)));
  if (mayTrace(message)) items.push(option("info", t("message.trace"), () => location.assign(`/messages/${message.id}/trace/`)));
  return [...reactionRow(message), ...answer, ...items];
}

/** @param {string} id */
function answerAndWrite(id) {
  answerThis(id);
  const box = /** @type {any} */ (document.querySelector("composer-box"));
  box.write("reply");
  box.text.focus();
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(new URL(conversationUrl(Number(store.openId)), location.href).href);
    toast(t("act.copied"));
  } catch {
    toast(t("act.notcopied"));
  }
}

/** @type {Record<string, (target?: HTMLElement) => Node[]>} */
const FILL = {
  message: messageItems,
  assign: () => {
    const items = [title(t("assign.title")), ...ordered(store.thread?.agents || []).map(person)];
    if (store.row?.assignee) items.push(document.createElement("hr"), option("x", t("assign.none"), () => assign(null)));
    return items;
  },
  snooze: () => (may("snoozed") ? snoozeItems() : [title(t("snooze.cannot"))]),
  resolve: () => [title(t("resolve.title")), ...boot.reasons.map((/** @type {string} */ key) => option("done", t(`reason.${key}`), () => setState("resolved", { reason: key })))],
  tags: () => tagPanel({ has: (name) => !!store.row?.tags?.includes(name), toggle: setTag }),
  more: moreItems,
};

/** @param {HTMLElement} root */
export function fillMenus(root) {
  root.addEventListener("menu", (event) => {
    const menu = /** @type {CustomEvent} */ (event).detail;
    const target = /** @type {HTMLElement} */ (event.target);
    const fill = FILL[target.dataset.menu || ""];
    if (fill) menu.replaceChildren(...fill(target));
  });
}
