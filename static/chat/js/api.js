/** @file The HTTP side: filling gaps, the way in when sockets are blocked, files. */
import { config } from "./kit.js";
import { load, save } from "./store.js";

const base = `/chat/${encodeURIComponent(config.key)}/`;

let held = "";

/** The visitor's token: kept for ever from the first thing he sends, in memory until then, so
 * that two fresh tabs do not overwrite each other's. */
export function token() {
  return load("token", "") || held;
}

/** @param {string} value @param {boolean} [known] the server has something under it */
export function keepToken(value, known = false) {
  if (!value) return;
  held = value;
  if (known && load("token", "") !== value) save("token", value);
}

/** Before anything leaves that must be found again under this token. */
export function pinToken() {
  if (held && token() === held) save("token", held);
}

/** @returns {Record<string, string>} */
export function bearer() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

/** @returns {Promise<any>} the answer; throws {status} when refused, a TypeError when there is no network @param {string} path @param {RequestInit} options @param {number} [wait] seconds that the server may take on purpose */
async function call(path, options, wait = 0) {
  const signal = AbortSignal.timeout(15_000 + wait * 1000);
  const answer = await fetch(base + path, { ...options, credentials: "omit", cache: "no-store", signal });
  if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { status: answer.status });
  const data = await answer.json();
  keepToken(data.token, Boolean(data.conversation || data.id));
  return data;
}

/** What came after `seq`; with `wait`, as soon as something does. @param {number} seq @param {number} [wait] seconds */
export function eventsAfter(seq, wait = 0) {
  return call(`events/?after=${seq}&wait=${wait}`, { headers: bearer() }, wait);
}

/** @param {string} path @param {object} item */
function give(path, item) {
  const headers = { "Content-Type": "application/json", ...bearer() };
  return call(path, { method: "POST", headers, body: JSON.stringify(item) });
}

/** @param {object} item */
export function post(item) {
  return give("messages/", item);
}

/** A frame that is no text, by HTTP. Rejects with {code, retryable}. @param {object} frame @returns {Promise<any>} */
export async function act(frame) {
  let reply;
  try {
    reply = await give("do/", frame);
  } catch (error) {
    const refused = /** @type {any} */ (error).status >= 400 && /** @type {any} */ (error).status < 500;
    throw { code: refused ? "refused" : "offline", retryable: !refused };
  }
  if (reply.type === "error") throw reply;
  return reply;
}

/** A file of the conversation as an object URL; the token is in a header, never in an address. @param {string} id */
export async function fileUrl(id) {
  const answer = await fetch(`${base}files/${id}/`, { headers: bearer(), credentials: "omit" });
  if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { status: answer.status });
  return URL.createObjectURL(await answer.blob());
}

/** Upload with progress from 0 to 1. @returns {Promise<import("./kit.js").Attachment>} @param {File} file @param {(part: number) => void} progress */
export function upload(file, progress) {
  pinToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", `${base}attachments/`);
    for (const [name, value] of Object.entries(bearer())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = request.ontimeout = () => reject(new Error("network"));
    request.onload = () => {
      if (request.status >= 300) reject(new Error(String(request.status)));
      else {
        const kept = JSON.parse(request.responseText);
        keepToken(kept.token, true);
        resolve({ id: kept.id, name: kept.name, size: kept.size, type: kept.type, stored: kept.stored });
      }
    };
    request.send(form);
  });
}
