/** What an agent does to a conversation, with a word about what happened and a way back. */
import { api } from "./api.js";
import { ahead } from "./format.js";
import { t } from "./i18n.js";
import { place } from "./lists.js";
import { store } from "./store.js";
import { merge } from "./threads.js";
import { toast } from "./toast.js";

/** @param {number} id @param {string} path @param {Record<string, any>} body */
async function change(id, path, body) {
  try {
    place(await api.post(`conversations/${id}/${path}/`, body));
    store.emit("thread", id);
    return true;
  } catch (error) {
    const { data } = /** @type {import("./api.js").Fault} */ (error);
    if (data?.can_force) {
      const act = () => change(id, path, { ...body, force: true, reason: t("assign.forced") });
      toast(/** @type {Error} */ (error).message, { word: t("assign.force"), act, lasts: 12_000 });
      return false;
    }
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
    return false;
  }
}

/** @param {import("./types.js").Agent|null} agent */
export async function assign(agent) {
  const row = store.row;
  if (!row) return;
  const before = row.assignee;
  if (!(await change(row.id, "assign", { agent: agent?.id ?? null }))) return;
  const words = !agent ? t("act.unassigned") : agent.id === store.agent.id ? t("act.taken") : t("act.assigned", { name: agent.name });
  toast(words, { word: t("act.undo"), act: () => change(row.id, "assign", { agent: before?.id ?? null }) });
}

/** @param {string} state @param {{reason?: string, due_at?: string|null}} [more] */
export async function setState(state, { reason = "", due_at = null } = {}) {
  const row = store.row;
  if (!row || !(await change(row.id, "state", { state, reason, due_at }))) return;
  /** @type {Record<string, string>} */
  const words = {
    resolved: t("act.resolved"), open: t("act.reopened"), pending: t("act.pending"), spam: t("act.spam"),
    snoozed: due_at ? t("act.snoozed", { time: ahead(due_at) }) : "",
  };
  const undo = ["resolved", "snoozed", "spam", "pending"].includes(state)
    ? { word: t("act.undo"), act: () => change(row.id, "state", { state: "open", reason: "", due_at: null }) } : {};
  toast(words[state] || "", undo);
}

/** Put a tag on the open conversation, or take it off. @param {string} name @param {boolean} on */
export async function setTag(name, on) {
  if (store.row) await change(store.row.id, "tags", { [on ? "add" : "remove"]: [name] });
}

/** Try a failed or waiting message again, or give it up. @param {import("./types.js").Message} message @param {"retry"|"cancel"} verb */
export async function redeliver(message, verb) {
  try {
    merge(store.openId ?? message.conversation, [await api.post(`messages/${message.id}/${verb}/`)]);
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

/**
 * With live chats nobody just leaves: the server says how many, and `leaving` asks what to do.
 * @param {string} presence @param {{hand_back?: boolean, channels_off?: string[]}} [more]
 */
export async function setPresence(presence, more = {}) {
  const before = store.agent;
  store.agent = { ...before, presence, channels_off: more.channels_off || before.channels_off };
  store.emit("presence");
  try {
    const answer = await api.post("presence/", { presence, ...more });
    store.agent = { ...store.agent, presence: answer.presence, channels_off: answer.channels_off };
  } catch (error) {
    const fault = /** @type {import("./api.js").Fault} */ (error);
    store.agent = before;
    if (fault.data.code === "live_contacts") store.emit("leaving", { presence, live: fault.data.live });
    else toast(t("act.failed", { why: fault.message }), { lasts: 9000 });
  }
  store.emit("presence");
}
