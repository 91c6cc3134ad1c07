/** @file Questions that want an answer: sent over the socket, or by HTTP where there is none. */
import { act } from "./api.js";
import { talk } from "./talk.js";

const PATIENCE = 15_000;
const REPLIES = { answers: "answered", leave: "left", end: "ended", rate: "rated", transcript: "transcript_sent", press: "pressed", identify: "identified" };
const ASKS = Object.fromEntries(Object.entries(REPLIES).map(([ask, reply]) => [reply, ask]));

/** @type {Map<string, {resolve(data: any): void, reject(error: any): void, timer: number}>} what is on its way, by type */
const asked = new Map();
/** @type {{send: (frame: object) => boolean}} set by the session */
export const wire = { send: () => false };

/** @param {string} type @param {any} data @param {boolean} good */
function settle(type, data, good) {
  const one = asked.get(type);
  if (!one) return;
  asked.delete(type);
  clearTimeout(one.timer);
  if (good) one.resolve(data);
  else one.reject(data);
}

/** A frame that answers a question of ours. @param {any} data @returns {boolean} */
export function answered(data) {
  if (data.type === "error" && data.for) settle(data.for, data, false);
  else if (Object.hasOwn(ASKS, data.type)) settle(ASKS[data.type], data, true);
  else return false;
  return true;
}

/** The line broke: nobody knows whether the question arrived. Each may be asked again. */
export function unheard() {
  for (const type of [...asked.keys()]) settle(type, { code: "offline", retryable: true }, false);
}

/** Ask the server; the reply, or a rejection {code, retryable}. @param {{type: string}} frame @returns {Promise<any>} */
export function request(frame) {
  if (talk.line !== "live") return act(frame);
  settle(frame.type, { code: "replaced", retryable: true }, false);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(frame.type, { code: "offline", retryable: true }, false), PATIENCE);
    asked.set(frame.type, { resolve, reject, timer });
    if (!wire.send(frame)) settle(frame.type, { code: "offline", retryable: true }, false);
  });
}
