/** Replies that leave later: written down, shown at the end of the thread, sent now, edited, cancelled. */
import { api } from "./api.js";
import { make } from "./dom.js";
import { ahead } from "./format.js";
import { t } from "./i18n.js";
import { forget, letterOf } from "./letters.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {import("./types.js").Scheduled} Scheduled */
/** @typedef {{due_at: string, cancel_if_customer_writes: boolean}} When */

/** How far each thread's list is known, by the seq of its last event about it. @type {Map<number, number>} */
const known = new Map();

/** @param {any} parcel @param {When} when @returns {Promise<boolean>} whether it is written down */
export async function schedule(parcel, when) {
  const id = parcel.conversation;
  try {
    const made = await api.post(`conversations/${parcel.strand || id}/scheduled/`, {
      body: parcel.body, attachments: parcel.files.map((/** @type {{id: string}} */ file) => file.id), then: parcel.then, ...when, ...letterOf(id),
    });
    forget(id);
    put(id, [...list(id).filter((one) => one.id !== made.id), made]);
    toast(t("later.done", { time: ahead(made.due_at) }));
    return true;
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
    return false;
  }
}

/** @param {number} id @returns {Scheduled[]} */
const list = (id) => store.threads.get(id)?.scheduled || [];

/** @param {number} id @param {Scheduled[]} scheduled */
function put(id, scheduled) {
  const thread = store.threads.get(id);
  if (!thread) return;
  thread.scheduled = [...scheduled].sort((a, b) => a.due_at.localeCompare(b.due_at));
  store.emit("thread", id);
}

/** Something happened to what waits there: ask once what it is now. @param {number} id */
async function refresh(id) {
  const thread = store.threads.get(id);
  const about = thread?.events.findLast((event) => ["reply_scheduled", "scheduled_changed", "message_received"].includes(event.kind));
  if (!thread || !about || (known.get(id) ?? 0) >= about.seq) return;
  const first = !known.has(id) || (about.kind === "message_received" && !list(id).length);
  known.set(id, about.seq);
  if (first && thread.scheduled) return; // the thread came with it
  try {
    put(id, (await api.get(`conversations/${id}/scheduled/`)).scheduled);
  } catch {
    known.delete(id);
  }
}

/** @param {number} id @param {Scheduled} one @param {"send"|"cancel"} verb */
async function act(id, one, verb) {
  try {
    const after = await api.post(`scheduled/${one.id}/${verb}/`);
    put(id, list(id).flatMap((each) => (each.id !== one.id ? [each] : after.state === "failed" ? [after] : [])));
    return true;
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
    return false;
  }
}

/** @param {number} id @param {Scheduled} one */
async function edit(id, one) {
  if (!(await act(id, one, "cancel"))) return;
  document.dispatchEvent(new CustomEvent("edit-parcel", { detail: { body: one.body, internal: false, files: [] } }));
}

/** What it says of itself. @param {Scheduled} one */
export function fate(one) {
  if (one.state === "failed") return t(`later.failed.${one.reason}`, { why: one.error, name: one.by.name });
  if (one.stopped) return t("later.stopped");
  const words = t("later.will", { time: ahead(one.due_at) });
  return one.cancel_if_customer_writes ? t("later.unless", { words }) : words;
}

/** The ways to act on it. @param {number} id @param {Scheduled} one @returns {HTMLElement[]} */
export function acts(id, one) {
  /** @type {[string, () => void][]} */
  const ways = [
    [t("later.now"), () => act(id, one, "send")], [t("later.edit"), () => edit(id, one)],
    [t(one.state === "failed" ? "later.away" : "later.cancel"), () => act(id, one, "cancel")],
  ];
  return ways.map(([words, work]) => {
    const button = /** @type {HTMLButtonElement} */ (make("button", "link", words));
    button.type = "button";
    button.addEventListener("click", work);
    return button;
  });
}

store.on("thread", refresh);
store.on("detail", (detail) => known.set(detail.row.id, detail.row.seq));
