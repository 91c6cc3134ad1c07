/** Addresses without reloads: /inbox/<view>/ and /inbox/c/<id>/. */
import { boot } from "./boot.js";
import { afterPaint } from "./dom.js";
import { aim, aimed, mark } from "./jump.js";
import { show } from "./lists.js";
import { store } from "./store.js";
import { close, open } from "./threads.js";

/** @param {number} id */
export const conversationUrl = (id) => boot.urls.conversation.replace("/0/", `/${id}/`);
/** @param {string} view */
export const viewUrl = (view) => boot.urls.view.replace("VIEW", view);

/** What the address will say. @type {{url: string, state: object}|null} */
let next = null;
/** Writing it takes the browser longer than all of a switch. */
const write = afterPaint(() => {
  if (next && location.pathname + location.hash !== next.url) history.pushState(next.state, "", next.url);
  next = null;
});

/** @param {string} url */
function push(url) {
  next = { url, state: { view: store.view, id: store.openId } };
  write();
}

/** @param {number} id @param {number} [seq] of the message to show there @param {number} [strand] the merged one whose seq it is */
export function goConversation(id, seq = 0, strand = 0) {
  if (seq) aim(id, seq, strand);
  if (id !== store.openId || store.opening.phase !== "ready") open(id);
  else if (seq) store.emit("thread", id);
  push(conversationUrl(id) + (seq ? mark(seq, strand) : ""));
}

/** @param {string} view */
export function goView(view) {
  show(view);
  if (store.openId === null) push(viewUrl(view));
}

/** Back to the list. */
export function goList() {
  close();
  push(viewUrl(store.view));
}

export function startRouter() {
  history.replaceState({ view: store.view, id: store.openId }, "");
  if (store.openId !== null) aimed(store.openId);
  addEventListener("popstate", (event) => {
    const { view, id } = event.state || {};
    next = null;
    if (view && view !== store.view) show(view);
    if (id) open(id);
    else close();
  });
}
