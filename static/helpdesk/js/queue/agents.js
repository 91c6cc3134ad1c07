/** One who works: is he there, what he carries, takes and knows. */
import { boot } from "../lib/boot.js";
import { clone, face, make, parts } from "../lib/dom.js";
import { languageName, shortWhen } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { option, title } from "./waiting.js";

const TALKS = 8; // conversations that the menu offers to look at
const TEACHES = 120; // minutes that a skill given by the menu holds

/**
 * @typedef {{id: number, name: string, initials: string, hue: number, presence: string, since: string|null,
 *   online: boolean, units: number, most: number, holding: Record<string, number>, channels: string[],
 *   channels_off: string[], flex: string[], profile: number|null, skills: string[], languages: string[],
 *   reserve: boolean}} Person
 */

/** The server's word for a channel. @param {string} name */
const channel = (name) => boot.channels.find((/** @type {{name: string}} */ one) => one.name === name)?.label || name;

/** @param {Person} one @param {import("./main.js").Steering|null} steering */
export function agentRow(one, steering) {
  const line = clone("agent");
  const place = parts(line);
  face(place.avatar, one, place.initials);
  place.name.textContent = one.name;
  place.profile.textContent = [one.reserve && t("agent.reserve"), steering?.profiles.find(({ id }) => id === one.profile)?.name].filter(Boolean).join(" · ");
  const away = one.presence === "online" && !one.online;
  const lost = away && one.since; // who has never signed in has lost nothing
  place.dot.dataset.presence = lost ? "not_responding" : away ? "offline" : one.presence;
  place.presence.textContent = lost ? t("agent.lost") : t(`presence.${away ? "offline" : one.presence}`);
  place.presence.className = one.online ? "good" : lost || one.presence === "not_responding" ? "late" : "";
  place.since.textContent = one.since ? t("agent.since", { time: shortWhen(one.since) }) : "";
  place.bars.append(...Array.from({ length: one.most }, (_, index) => make("i", index < one.units ? "on" : "")));
  const held = Object.entries(one.holding).filter(([, n]) => n).map(([name, n]) => `${channel(name)} ${n}`);
  place.units.textContent = [t("agent.units", { n: one.units, most: one.most }), ...held].join(" · ");
  place.takes.append(
    ...one.channels.map((name) => make("span", "tag", channel(name))),
    ...one.flex.map((name) => make("span", "tag flex", t("agent.flex", { name: channel(name) }))),
    ...one.channels_off.map((name) => make("span", "tag off", t("agent.off", { name: channel(name) }))),
  );
  place.knows.append(...[...new Set([...one.languages.map(languageName), ...one.skills])].map((words) => make("bdi", "tag", words)));
  place.menu.hidden = !steering;
  return line;
}

/** @param {Person} one @param {import("./main.js").Steering} steering @param {import("./waiting.js").Act} act */
export function agentMenu(one, steering, act) {
  const path = `queue/agents/${one.id}/`;
  const say = t("agent.changed", { name: one.name });
  const nodes = [];
  const talks = one.id === boot.agent.id ? [] : (steering.talks[one.id] || []).slice(0, TALKS);
  const watch = (/** @type {number} */ id) => location.assign(`${boot.urls.conversation.replace("/0/", `/${id}/`)}?silent`);
  if (talks.length) nodes.push(title(t("agent.watch")), ...talks.map(({ id, name }) => option(name, () => watch(id))));
  if (!["online", "offline"].includes(one.presence)) nodes.push(option(t("agent.back"), () => act(path, { back: true }, say)));
  if (steering.profiles.length) {
    nodes.push(title(t("agent.carries")), ...steering.profiles.map(({ id, name }) => option(name, () => act(path, { profile: id }, say), id === one.profile)));
  }
  const missing = steering.skills.filter(({ name }) => !one.skills.includes(name));
  const teach = (/** @type {number} */ skill) => act("reliefs/", { kind: "skill", agent: one.id, skill, minutes: TEACHES, reason: t("agent.why") }, say);
  if (missing.length) nodes.push(title(t("agent.skill")), ...missing.map(({ id, name }) => option(name, () => teach(id))));
  const more = /** @type {{name: string}[]} */ (boot.channels).filter(({ name }) => !one.channels.includes(name) && !one.flex.includes(name));
  if (more.length) nodes.push(title(t("agent.help")), ...more.map(({ name }) => option(channel(name), () => act(path, { flex: name }, say))));
  return nodes.length ? nodes : [title(t("agent.nothing"))];
}
