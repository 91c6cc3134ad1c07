/** Addresses without reloads: /inbox/<view>/ and /inbox/c/<id>/. */
import { boot } from "./boot.js";
import { show } from "./lists.js";
import { store } from "./store.js";
import { close, open } from "./threads.js";

/** @param {number} id */
export const conversationUrl = (id) => boot.urls.conversation.replace("/0/", `/${id}/`);
/** @param {string} view */
export const viewUrl = (view) => boot.urls.view.replace("VIEW", view);

/** @param {string} url */
function push(url) {
  if (location.pathname !== url) history.pushState({ view: store.view, id: store.openId }, "", url);
}

/** @param {number} id */
export function goConversation(id) {
  if (id !== store.openId || store.opening.phase !== "ready") open(id);
  push(conversationUrl(id));
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
  addEventListener("popstate", (event) => {
    const { view, id } = event.state || {};
    if (view && view !== store.view) show(view);
    if (id) open(id);
    else close();
  });
}
