/** @file What the server says becomes the talk: snapshots, single messages, and the gaps between. */
import { eventsAfter } from "./api.js";
import { dequeue } from "./queue.js";
import { complete, forget, place, talk } from "./talk.js";

const SETTLING = 300; /* two pushes may swap on the way; a hole that stays is a gap */
let filling = false;

/** @typedef {import("./kit.js").Message} Message */

/** Set by the session: what to do after a change, and how to say that a message has arrived.
 * @type {{changed: () => void, got: (seq: number) => unknown}} */
export const hooks = { changed: () => {}, got: () => {} };

/** A snapshot or the rest after our cursor. Another conversation or an older end starts anew. @param {any} data */
export function adopt(data) {
  const other = talk.conversation && data.conversation && data.conversation !== talk.conversation;
  const stale = (data.last_seq || 0) < talk.lastSeq;
  if (other || stale) forget();
  if (data.conversation !== undefined) talk.conversation = data.conversation;
  if (data.state !== undefined) talk.state = data.state;
  for (const message of data.messages) arrived(message);
  talk.seenSeq = Math.max(talk.seenSeq, data.agent_read_seq || 0);
  talk.readSeq = Math.max(talk.readSeq, data.read_seq || 0);
  Object.assign(talk, { online: data.online, people: data.agents || [], service: data.service || talk.service });
  if (other || stale) fill();
  else complete(data.last_seq);
}

/** @param {Message} message */
export function arrived(message) {
  if (message.client_id) dequeue(message.client_id);
  if (place(message) && message.direction === "out") hooks.got(message.seq);
  if (message.seq > talk.lastSeq) setTimeout(() => message.seq > talk.lastSeq && fill(), SETTLING);
}

/** A heartbeat: who is there now, and the newest seq, which may tell of a lost push. @param {any} data */
export function present(data) {
  Object.assign(talk, { online: data.online, people: data.agents, service: data.service || talk.service });
  if (data.last_seq > talk.lastSeq) fill();
  hooks.changed();
}

export async function fill() {
  if (filling) return;
  filling = true;
  try {
    const data = await eventsAfter(talk.lastSeq);
    data.messages.forEach(arrived);
    complete(data.last_seq);
  } catch { /* the next heartbeat or welcome tries again */ }
  filling = false;
  hooks.changed();
}
