/**
 * Drafts between this tab and the server. Newest wins: words that came from elsewhere replace words
 * that were not touched since; where both have changed, both are kept and `draft` tells of it.
 */
import { api, Fault } from "./api.js";
import { boot, csrfToken } from "./boot.js";
import { begun, draft, gist, isBegun, keep, mark, MODES, unsaved } from "./drafts.js";
import { store } from "./store.js";

/** @typedef {import("./drafts.js").Mode} Mode */
/** @typedef {import("./drafts.js").Remote} Remote */

const PAUSE = 1000;
/** @type {Map<string, number>} */
const timers = new Map();
/** What is on its way: our own words that come back are no news. @type {Map<string, string>} */
const sent = new Map();

/** @param {number} id @param {Mode} mode */
const name = (id, mode) => `${id}.${mode}`;

/** The words changed: keep them here now, and on the server soon. @param {number} id @param {Mode} mode @param {import("./drafts.js").Draft} words */
export function changed(id, mode, words) {
  words.dirty = { ...words.dirty, [mode]: true };
  keep(id, words);
  clearTimeout(timers.get(name(id, mode)));
  timers.set(name(id, mode), window.setTimeout(() => save(id, mode), PAUSE));
}

/** @param {number} id @param {Mode} mode */
function body(id, mode) {
  const words = draft(id);
  const files = words.files[mode].map((file) => file.id);
  return { mode, text: words[mode], files, base: words.base[mode] || 0, to: mode === "ask" ? words.to : [] };
}

/** @param {number} id @param {Mode} mode */
export async function save(id, mode) {
  clearTimeout(timers.get(name(id, mode)));
  const what = body(id, mode);
  const now = mine(id, mode);
  if (sent.has(name(id, mode))) return void timers.set(name(id, mode), window.setTimeout(() => save(id, mode), PAUSE));
  sent.set(name(id, mode), now);
  try {
    const { version } = await api.put(`conversations/${id}/draft/`, what);
    settle(id, mode, version, now);
  } catch (error) {
    const { data, status } = /** @type {Fault} */ (error);
    if (status === 409 && data.draft) received(id, data.draft);
    else if (status === 404) settle(id, mode, what.base, now); // it is no longer ours to see
  } finally {
    sent.delete(name(id, mode));
  }
  store.emit("saved", id);
}

/** @param {number} id @param {Mode} mode */
const mine = (id, mode) => gist(draft(id)[mode], draft(id).files[mode]);

/** The server has these words and files as this version. @param {number} id @param {Mode} mode @param {number} version @param {string} had */
function settle(id, mode, version, had) {
  const words = draft(id);
  words.base = { ...words.base, [mode]: Math.max(version, words.base[mode] || 0) };
  if (mine(id, mode) === had) words.dirty = { ...words.dirty, [mode]: false };
  keep(id, words);
}

/** A draft as another tab, another device or the page's first data has it. @param {number} id @param {Remote} remote */
export function received(id, remote) {
  const { mode, version } = remote;
  const theirs = gist(remote.text, remote.files);
  const words = draft(id);
  if (version <= (words.base[mode] || 0)) return;
  if (theirs === mine(id, mode) || theirs === sent.get(name(id, mode))) settle(id, mode, version, theirs);
  else if (!words.dirty[mode] || !isBegun(words, mode)) take(id, remote);
  else {
    // What we write from now on is written in its knowledge.
    keep(id, { ...words, base: { ...words.base, [mode]: version }, other: { ...words.other, [mode]: remote } });
  }
  store.emit("draft", { id, mode });
}

/** @param {number} id @param {Remote} remote */
function take(id, { mode, text, files = [], to = [], version }) {
  const words = draft(id);
  keep(id, {
    ...words, other: { ...words.other, [mode]: undefined }, [mode]: text, to: mode === "ask" ? to : words.to,
    files: { ...words.files, [mode]: files },
    base: { ...words.base, [mode]: version }, dirty: { ...words.dirty, [mode]: false },
  });
}

/** The newer words of another tab, if any. @param {number} id @param {Mode} mode */
export const other = (id, mode) => draft(id).other[mode];

/** @param {number} id @param {Mode} mode @param {boolean} use theirs, or go on with mine */
export function decide(id, mode, use) {
  const words = draft(id);
  const theirs = words.other[mode];
  if (!theirs) return;
  if (use) {
    take(id, theirs);
    save(id, mode);
  } else changed(id, mode, { ...words, other: { ...words.other, [mode]: undefined } });
  store.emit("draft", { id, mode });
}

/** All drafts of a conversation as the server has them now. @param {number} id @param {Remote[]} drafts */
export function adopt(id, drafts) {
  for (const one of drafts) received(id, one);
  const words = draft(id);
  for (const mode of MODES) {
    if (isBegun(words, mode) && words.base[mode] && !words.dirty[mode] && !drafts.some((one) => one.mode === mode)) {
      const now = draft(id);
      keep(id, { ...now, [mode]: "", files: { ...now.files, [mode]: [] } }); // sent or emptied elsewhere
      store.emit("draft", { id, mode });
    }
  }
  mark(id, begun(draft(id)));
}

/** Whether the server has the words of this mode. @param {number} id @param {Mode} mode */
export const isSaved = (id, mode) => !draft(id).dirty[mode] && isBegun(draft(id), mode);

/** Save what is not saved yet. */
function flush() {
  for (const id of unsaved()) for (const mode of MODES) if (draft(id).dirty[mode]) save(id, mode);
}

/** The page goes away: the browser finishes this without us. */
function hurry() {
  if (store.link === "signed-out") return;
  for (const id of unsaved()) {
    for (const mode of MODES) {
      if (!draft(id).dirty[mode]) continue;
      fetch(`${boot.urls.api}conversations/${id}/draft/`, {
        method: "PUT", keepalive: true, credentials: "same-origin", body: JSON.stringify(body(id, mode)),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken },
      }).catch(() => {});
    }
  }
}

store.on("link", () => store.link === "up" && flush());
store.on("detail", (detail) => detail.drafts && adopt(detail.row.id, detail.drafts));
addEventListener("pagehide", hurry);
document.addEventListener("parley:draft", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  received(frame.conversation, frame);
});
