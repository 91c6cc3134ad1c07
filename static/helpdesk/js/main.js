/** Starts the workspace: data from the page, elements, addresses, the socket. */
import { boot } from "./lib/boot.js";
import { startColumns } from "./lib/columns.js";
import { adopt } from "./lib/lists.js";
import { start } from "./lib/live.js";
import { flush } from "./lib/outbox.js";
import { goList, startRouter } from "./lib/router.js";
import { store } from "./lib/store.js";
import { adoptThread } from "./lib/threads.js";
import "./elements/menu-button.js";
import "./elements/template-picker.js";
import "./elements/word-picker.js";
import "./elements/via-menu.js";
import "./elements/send-menu.js";
import "./elements/returned-bar.js";
import "./elements/reply-bar.js";
import "./elements/way-bar.js";
import "./elements/window-bar.js";
import "./elements/approved-form.js";
import "./elements/sign-in-bar.js";
import "./elements/message-log.js";
import "./elements/composer-box.js";
import "./elements/spelling-bar.js";
import "./elements/letter-head.js";
import "./elements/propose-dialog.js";
import "./elements/lead-form.js";
import "./elements/card-form.js";
import "./elements/call-form.js";
import "./elements/quick-form.js";
import "./elements/thread-view.js";
import "./elements/company-faces.js";
import "./elements/company-bar.js";
import "./elements/ask-menu.js";
import "./elements/for-me.js";
import "./elements/task-list.js";
import "./elements/search-box.js";
import "./elements/inbox-list.js";
import "./elements/view-menu.js";
import "./elements/view-builder.js";
import "./elements/bulk-bar.js";
import "./elements/live-strip.js";
import "./elements/offer-tray.js";
import "./elements/wrap-bar.js";
import "./elements/away-bar.js";
import "./elements/why-box.js";
import "./elements/related-box.js";
import "./elements/tag-chips.js";
import "./elements/weave-dialog.js";
import "./elements/context-panel.js";
import "./elements/agent-presence.js";
import "./elements/connection-banner.js";
import "./elements/macro-picker.js";
import "./elements/keyboard-map.js";
import "./elements/command-palette.js";

adopt(boot.view, boot.rows, boot.next);
if (boot.open) {
  adoptThread(boot.open);
  store.openId = boot.open.row.id;
  store.opening = { phase: "ready", words: "" };
} else if (boot.missing) {
  store.openId = boot.missing;
  store.opening = { phase: "missing", words: "" };
}
store.emit("open", store.openId);
store.emit("thread", store.openId);
store.emit("rows");
startRouter();
startColumns();
start();
flush();

document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("[data-go=inbox]");
  if (!link || /** @type {MouseEvent} */ (event).ctrlKey || /** @type {MouseEvent} */ (event).metaKey) return;
  event.preventDefault();
  goList();
});
