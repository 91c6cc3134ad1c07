/** Events of a conversation as one line of words each; an event that says nothing new is none. */
import { cause } from "./causes.js";
import { has, t } from "./i18n.js";

/** @typedef {import("./types.js").Event} Event */

/** @param {Event} event @returns {{icon: string, text: string}|null} */
export function line(event) {
  const actor = event.actor?.name || "";
  const { payload } = event;
  if (event.kind === "conversation_started") return { icon: "chat", text: t("line.started") };
  if (event.kind === "unassigned") return { icon: "user", text: actor ? t("line.unassigned", { actor }) : t("line.unassigned.auto") };
  if (event.kind === "customer_linked") return { icon: "link", text: t("line.linked") };
  if (event.kind === "assigned") {
    if (payload.agent === event.actor?.id) return { icon: "user", text: t("line.taken", { actor }) };
    return { icon: "user", text: actor ? t("line.assigned", { actor, name: payload.name || "" }) : t("line.assigned.auto", { name: payload.name || "" }) };
  }
  if (event.kind === "tagged") {
    const { added = [], removed = [] } = payload;
    const key = added.length ? "line.tagged" : "line.untagged";
    return actor ? { icon: "tag", text: t(key, { actor, names: (added.length ? added : removed).join(", ") }) } : null;
  }
  if (event.kind === "state_changed") return stateLine(payload, actor);
  if (event.kind === "came_back") {
    const { address, code, state } = payload;
    return { icon: "alert", text: state === "bounced" ? t("line.came_back", { address, why: cause(code) }) : t("line.complained", { address }) };
  }
  if (event.kind === "automatic_stopped") return { icon: "ban", text: t("line.automatic_stopped", { why: t(`loop.${payload.reason}`) }) };
  if (event.kind === "way_chosen") return wayLine(payload, actor);
  if (event.kind in WOVEN) return wovenLine(event.kind, payload, actor);
  return routedLine(event) || dealingLine(event, actor);
}

/** By which way the answers go from now on. @param {Record<string, any>} payload @param {string} actor */
function wayLine({ why = "chosen", name = "" }, actor) {
  if (why === "chosen" && !actor) return null;
  return { icon: why === "chosen" ? "out" : why === "back" ? "check" : "clock", text: t(`line.way.${why}`, { actor, name }) };
}

/** @type {Record<string, string>} */
const WOVEN = { merged: "merge", unmerged: "merge", split: "out", linked: "pin", unlinked: "pin" };

/** What belongs together, and no longer. @param {string} kind @param {Record<string, any>} payload @param {string} actor */
function wovenLine(kind, payload, actor) {
  const { source = 0, target = 0, from = 0, to = 0, other = 0 } = payload;
  const way = { merged: source ? "in" : "out", unmerged: source ? "in" : "out", split: from ? "from" : "to" }[kind] || "";
  const key = `line.woven.${kind}${way && `.${way}`}`;
  return actor ? { icon: WOVEN[kind], text: t(key, { actor, n: source || target || from || to || other }) } : null;
}

/** @type {Record<string, string>} */
const ROUTED = {
  offered: "userplus", offer_declined: "user", offer_missed: "user", requeued: "retry", priority_changed: "alert",
  promise_broken: "alert", step_taken: "bell", customer_merged: "merge", customer_unmerged: "merge",
};

/** What the router and the promises did. @param {Event} event */
function routedLine({ kind, payload }) {
  const key = `line.${kind}${kind === "step_taken" ? `.${payload.action || ""}` : ""}`;
  return kind in ROUTED && has(key) ? { icon: ROUTED[kind], text: t(key, { name: payload.name || "" }) } : null;
}

/** What else happened between him and us. @param {Event} event @param {string} actor */
function dealingLine({ kind, payload }, actor) {
  const { email = "", score = 0, label = "", name = "", changed = {} } = payload;
  if (kind === "customer_blocked_us" || kind === "customer_takes_again") return { icon: kind === "customer_blocked_us" ? "ban" : "check", text: t(`line.${kind}`) };
  if (kind === "requester_changed") return { icon: "user", text: t("line.requester", { actor, name }) };
  if (kind === "joined") return { icon: "hand", text: t("line.joined", { actor }) };
  if (kind === "task_changed" && has(`line.task.${payload.what}`)) return { icon: "bell", text: t(`line.task.${payload.what}`, { actor }) };
  if (kind === "lead_captured") return { icon: "star", text: actor ? t("line.lead", { actor }) : t("line.lead.auto") };
  if (kind === "lead_changed" && changed.status) return { icon: "star", text: t("line.lead.moved", { status: t(`lead.status.${changed.status[1]}`) }) };
  if (kind === "order_recorded") return { icon: "cart", text: t("line.order") };
  if (kind === "customer_answered") return { icon: "quote", text: t("line.answered") };
  if (kind === "customer_left") return { icon: "mail", text: t("line.left", { email }) };
  if (kind === "button_pressed") return { icon: "hand", text: t("line.pressed", { label }) };
  if (kind === "rated") return { icon: "star", text: t("line.rated", { n: score }) };
  if (kind === "transcript_sent") return { icon: "mail", text: t("line.transcript", { email }) };
  return null;
}

/** @type {Record<string, string>} */
const ICONS = { resolved: "done", open: "retry", snoozed: "snooze", pending: "clock", on_hold: "clock", closed: "lock", spam: "ban" };

/** @param {Record<string, any>} payload @param {string} actor */
function stateLine(payload, actor) {
  const { from, to, reason = "" } = payload;
  if (["merged", "unmerged"].includes(reason)) return null; // said by the merge itself
  if (from === "new") return to === "open" ? null : finish(to, actor, reason);
  if (to === "open" && reason === "customer") return from === "resolved" ? { icon: "retry", text: t("line.open.customer") } : null;
  if (to === "open" && reason === "due") return { icon: "snooze", text: t("line.open.due") };
  return finish(to, actor, reason);
}

/** @param {string} to @param {string} actor @param {string} reason */
function finish(to, actor, reason) {
  const key = `line.${to}${actor ? "" : ".auto"}`;
  if (!has(key)) return null;
  const why = to === "resolved" && has(`reason.${reason}`) ? t(`reason.${reason}`) : "";
  return { icon: ICONS[to] || "info", text: t(key, { actor }) + (why ? ` · ${why}` : "") };
}
