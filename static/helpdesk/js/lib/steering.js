/** Items of the thread's More menu for working together; some are a supervisor's alone. */
import { api } from "./api.js";
import { boot } from "./boot.js";
import { isSilent, lookSilently } from "./company.js";
import { clone, parts } from "./dom.js";
import { watch, watching } from "./forme.js";
import { t } from "./i18n.js";
import { active, mine, place } from "./lists.js";
import { send } from "./outbox.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {(icon: string, words: string, act: () => void) => HTMLElement} Option */

/** @param {string} path @param {object} body @param {string} words */
async function act(path, body, words) {
  try {
    place(await api.post(`conversations/${store.openId}/${path}/`, body));
    store.emit("thread", store.openId);
    toast(words);
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

/** @param {Option} option @returns {Node[]} */
export function togetherItems(option) {
  const { row } = store;
  if (!row) return [];
  const on = watching(row.id);
  const items = [option("eye", t(on ? "watch.stop" : "watch.start"), () => watch(row.id, !on))];
  if (!boot.steers || mine(row) || !active(row)) return items;
  const silent = isSilent(row.id);
  const line = document.createElement("hr");
  return [
    ...items, line,
    option("eye", t(silent ? "steer.seen" : "steer.silent"), () => lookSilently(!silent)),
    option("lock", t("steer.whisper"), () => form("whisper")),
    option("hand", t("steer.join"), () => act("join", {}, t("steer.joined"))),
    option("transfer", t("steer.take"), () => form("take")),
  ];
}

/** Ask for one line of words, in the same menu. @param {"whisper"|"take"} kind */
function form(kind) {
  const box = /** @type {any} */ (document.querySelector("thread-view menu-button[data-menu=more]"));
  const { row } = store;
  if (!row) return;
  const made = clone("one-line");
  const place = parts(made);
  place.label.textContent = t(`steer.${kind}.label`);
  place.go.textContent = t(`steer.${kind}.go`);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = place.text.value.trim();
    if (!words) return place.text.focus();
    box.hide(true);
    if (kind === "take") act("takeover", { reason: words }, t("act.taken"));
    else send({ conversation: row.id, body: words, internal: true, channel: row.channel, files: [], then: "", paper: "whisper" });
  });
  setTimeout(() => { // after the menu has closed itself
    box.menu.replaceChildren(made);
    box.menu.hidden = false;
    box.classList.add("open");
    place.text.focus();
  });
}
