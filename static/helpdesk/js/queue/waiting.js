/** One who waits: since when, what he needs, why nobody has him yet. */
import { boot } from "../lib/boot.js";
import { channelIcon } from "../lib/channels.js";
import { answerClock, longWait, now } from "../lib/clock.js";
import { clone, face, icon, make, parts } from "../lib/dom.js";
import { ahead, languageName } from "../lib/format.js";
import { has, t } from "../lib/i18n.js";

/**
 * @typedef {{id: number, row: import("../lib/types.js").Row, live: boolean, state: string, place: number,
 *   priority: number, requeued: boolean, since: string, due_at: string|null, step: number, language: string,
 *   skills: string[], queue: string, agent: import("../lib/types.js").Agent|null, because: string,
 *   eligible: number, with_room: number}} Item
 * @typedef {(path: string, body: Record<string, any>, words: string) => void} Act
 */

/** @param {string} words @param {() => void} act @param {boolean} [chosen] for one of several, of which one holds */
export function option(words, act, chosen) {
  const item = clone("opt");
  parts(item).text.textContent = words;
  if (chosen !== undefined) {
    item.setAttribute("role", "menuitemradio");
    item.setAttribute("aria-checked", String(chosen));
  }
  item.addEventListener("click", act);
  return item;
}

/** @param {string} words */
export const title = (words) => make("div", "title", words);

/** @param {Item} one @param {boolean} steers */
export function waitingRow(one, steers) {
  const line = clone("waiting");
  const place = parts(line);
  const { row } = one;
  face(place.avatar, row.customer, place.initials);
  place.channel.append(icon(channelIcon(row), 12));
  place.name.textContent = row.customer.name;
  place.link.href = boot.urls.conversation.replace("/0/", `/${row.id}/`);
  place.words.textContent = row.preview;
  place.clock.replaceWith(one.live ? answerClock(one.since) : longWait(one.since));
  place.place.textContent = one.place ? t("queue.place", { n: one.place }) : "";
  due(place.due, one.due_at);
  place.priority.textContent = one.priority === 1 ? "" : t(`priority.${one.priority}`);
  const needs = [one.language && languageName(one.language), ...one.skills, row.customer.vip && t("row.vip"), one.queue].filter(Boolean);
  place.needs.append(...needs.map((words) => make("bdi", "tag", String(words))));
  place.because.textContent = because(one);
  place.step.textContent = [one.step && t("queue.step", { n: one.step }), one.requeued && t("queue.requeued")].filter(Boolean).join(" · ");
  place.take.hidden = !boot.may_take;
  place.menu.hidden = !steers;
  return line;
}

/** @param {HTMLElement} place @param {string|null} iso */
function due(place, iso) {
  if (!iso) return;
  const left = (new Date(iso).getTime() - now()) / 1000;
  const meaning = left < 0 ? "late" : left < 60 ? "attention" : "";
  place.className = `due ${meaning}`;
  place.append(icon(left < 0 ? "alert" : "clock", 12), t(left < 0 ? "queue.late" : "queue.due", { time: ahead(iso) }));
}

/** @param {Item} one */
function because(one) {
  const words = has(`because.${one.because}`) ? t(`because.${one.because}`, { n: one.eligible, name: one.agent?.name || "" }) : "";
  return words;
}

/** @param {Item} one @param {import("./main.js").Steering} steering @param {import("./agents.js").Person[]} agents @param {Act} act */
export function waitingMenu(one, steering, agents, act) {
  const path = `queue/${one.id}/`;
  const online = agents.filter((agent) => agent.online);
  const nodes = [
    option(t("queue.relax"), () => act(path, { relax: true }, t("queue.relaxed"))),
    title(t("queue.priority")),
    ...steering.priorities.map(({ id, name }) => option(name, () => act(path, { priority: id }, t("queue.changed")), id === one.priority)),
  ];
  if (online.length) nodes.push(title(t("queue.give")), ...online.map((agent) => option(agent.name, () => act(path, { agent: agent.id, reason: t("queue.reason") }, t("act.assigned", { name: agent.name })))));
  return nodes;
}
