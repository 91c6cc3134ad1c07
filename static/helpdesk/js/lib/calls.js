/** What calls the agent, in the ways they chose: a sound, the title of the tab, a note on the screen. */
import { ring, title } from "./bell.js";
import { boot } from "./boot.js";
import { t } from "./i18n.js";
import { goConversation } from "./router.js";
import { store } from "./store.js";

/** @typedef {"offered"|"assigned"|"answered"|"late"|"mentioned"|"returned"} Event */

/** @type {Record<Event, "offer"|"alarm"|"word">} */
const TUNES = { offered: "offer", assigned: "offer", answered: "word", late: "alarm", mentioned: "offer", returned: "alarm" };

/** @param {Event} event @param {string} way */
const wanted = (event, way) => (boot.alerts?.[event] || ["sound", "desktop"]).includes(way);

/** @param {Event} event @param {string} words @param {number} conversation */
export function call(event, words, conversation) {
  if (wanted(event, "sound")) ring(TUNES[event], words);
  else title(words);
  if (document.hidden && wanted(event, "desktop")) show(words, conversation);
}

/** On the screen, by the worker where there is one: it takes the place of its push. @param {string} words @param {number} id */
async function show(words, id) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const options = { tag: `c${id}`, body: store.rows.get(id)?.preview || "", data: { url: boot.urls.conversation.replace("/0/", `/${id}/`) } };
  try {
    const worker = await navigator.serviceWorker?.getRegistration("/");
    if (worker) return await worker.showNotification(words, options);
    const note = new Notification(words, options);
    note.onclick = () => {
      window.focus();
      goConversation(id);
      note.close();
    };
  } catch {
    /* the browser did not let us: the title says it too */
  }
}

/** What of a conversation's news is worth a call: words of my customer that I do not see, work that others gave me. @param {any} frame */
export function heed(frame) {
  const { row } = frame;
  if (row?.assignee?.id !== store.agent.id) return;
  const given = frame.events.some((/** @type {import("./types.js").Event} */ one) => one.kind === "assigned" && one.payload.agent === store.agent.id && one.actor?.id !== store.agent.id);
  const said = frame.messages.some((/** @type {import("./types.js").Message} */ one) => one.direction === "in" && !one.automated);
  const back = frame.events.some((/** @type {import("./types.js").Event} */ one) => one.kind === "came_back");
  if (back) call("returned", t("call.returned", { name: row.customer.name }), frame.id);
  if (given) call("assigned", t("call.given", { name: row.customer.name }), frame.id);
  else if (said && (document.hidden || store.openId !== frame.id)) call("answered", t("call.wrote", { name: row.customer.name }), frame.id);
}

// A note that was clicked while we were open elsewhere in the browser.
navigator.serviceWorker?.addEventListener("message", (event) => {
  const found = event.data?.type === "go" ? /\/inbox\/c\/(\d+)\/$/.exec(event.data.url) : null;
  if (found) goConversation(Number(found[1]));
});
