/** @file The conversation as this tab knows it: what the server confirmed, in the server's order. */

/** @typedef {import("./kit.js").Message} Message @typedef {import("./kit.js").Person} Person */

export const talk = {
  /** @type {number | null} */ conversation: null,
  state: "",
  /** @type {Map<number, Message>} by public seq */ messages: new Map(),
  lastSeq: 0,
  readSeq: 0,
  seenSeq: 0,
  /** @type {Person[]} */ people: [],
  /** @type {Person | null} */ agent: null,
  /** @type {boolean | null} null until the server has said */ online: null,
  /** @type {"down" | "poll" | "live"} */ line: "down",
  typing: "",
  /** Hours, queue, questions, rating: see `service` in docs of the socket. @type {any} */ service: null,
};

/** File one confirmed message; the same one twice changes nothing. @param {Message} message @returns {boolean} new here */
export function place(message) {
  if (!message.seq || talk.messages.has(message.seq)) return false;
  talk.messages.set(message.seq, message);
  while (talk.messages.has(talk.lastSeq + 1)) talk.lastSeq += 1;
  if (message.direction === "out") talk.typing = "";
  if (message.author) talk.agent = message.author;
  return true;
}

/** Everything up to here is known (or was never meant for us). @param {number} seq */
export function complete(seq) {
  talk.lastSeq = Math.max(talk.lastSeq, seq || 0);
}

export function forget() {
  Object.assign(talk, { messages: new Map(), lastSeq: 0, readSeq: 0, seenSeq: 0, agent: null });
}

export function history() {
  return [...talk.messages.values()].sort((one, other) => one.seq - other.seq);
}

/** @param {string} cid */
export function confirmed(cid) {
  for (const message of talk.messages.values()) if (message.client_id === cid) return true;
  return false;
}

/** @param {number} seq */
export function answersAfter(seq) {
  return history().filter((message) => message.direction === "out" && message.seq > seq);
}

export function finished() {
  return talk.state === "resolved" || talk.state === "closed";
}
