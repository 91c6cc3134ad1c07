/** The looks of the composer: nobody shall send a note by mistake, or a reply. */
import { channelIcon, via } from "./channels.js";
import { addressed } from "./asking.js";
import { icon } from "./dom.js";
import { isSaved } from "./saving.js";
import { t } from "./i18n.js";
import { store } from "./store.js";
import { answered, answering, whose } from "./strands.js";
import { may } from "./threads.js";

/** @typedef {import("./drafts.js").Mode} Mode */

/** Enter sends where talk is quick and a letter wants Ctrl+Enter, unless the agent chose. */
export function enterSends() {
  const chosen = store.preferences.enter;
  if (chosen === "always" || chosen === "never") return chosen === "always";
  return (store.thread?.via?.channel || store.row?.channel) !== "email";
}

/** @type {Record<Mode, string>} */
const ICONS = { reply: "send", note: "lock", ask: "users" };
/** @type {Record<Mode, string>} */
const LOOKS = { reply: "primary", note: "note", ask: "ask" };

/** Ground, edge, icon and buttons of a mode. @param {HTMLElement} box @param {Mode} mode */
export function look(box, mode) {
  if (box.dataset.look === mode) return;
  box.dataset.look = mode;
  const place = /** @type {any} */ (box).place;
  box.classList.toggle("note", mode === "note");
  box.classList.toggle("ask", mode === "ask");
  for (const tab of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(".mode"))) {
    const on = tab.dataset.mode === mode;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  for (const button of box.querySelectorAll(".split > .btn, .split > menu-button > .btn")) {
    for (const look of Object.values(LOOKS)) button.classList.toggle(look, look === LOOKS[mode]);
  }
  place.sendicon.replaceChildren(icon(ICONS[mode], 16, mode === "reply" ? "flip" : ""));
  place.sendmore.hidden = mode !== "reply";
}

/** Who will read it, said in the empty field. @param {HTMLTextAreaElement} text @param {import("./types.js").Row} row @param {Mode} mode */
export function address(text, row, mode) {
  const { name, language } = (mode === "reply" && answered() || row).customer;
  const asks = t(`write.${mode}`, { name: name.split(" ")[0] });
  if (text.placeholder !== asks) text.placeholder = asks;
  text.setAttribute("aria-label", t(`label.${mode}`, { name }));
  // The spell-checker of the browser reads it.
  text.lang = mode === "reply" ? store.thread?.language || language || "" : document.documentElement.lang;
}

/**
 * By which way it goes, what may be done with it, and the word on the button.
 * @param {HTMLElement} box @param {import("./types.js").Row} row @param {import("./drafts.js").Draft} draft
 */
export function dress(box, row, draft) {
  const { mode } = draft;
  // Not looked up anew: an open menu has parts of the same names.
  const place = /** @type {any} */ (box).place;
  box.toggleAttribute("data-live", !!store.thread?.can.live);
  for (const then of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-then]"))) then.hidden = !may("resolved");
  const reader = mode === "reply" ? answered() || row : row;
  dressWay(place, reader, draft);
  dressFoot(place, draft, row.id);
}

/** Who reads it, and the word on the button. @param {Record<string, any>} place @param {import("./types.js").Row} row @param {import("./drafts.js").Draft} draft */
function dressWay(place, row, { mode, to }) {
  const whom = addressed(to);
  const way = store.thread?.via;
  const address = way?.address || (way?.channel === row.channel && row.channel !== "chat" && !store.thread?.can?.subject ? lastFrom() : ""); // a letter's head has it
  place.viaicon.replaceChildren(icon(mode === "reply" ? channelIcon(way || row) : ICONS[mode], 14));
  if (mode === "ask") place.via.textContent = whom.sees;
  else place.via.textContent = mode === "note" ? t("via.note") : [whose(row), way && address ? t("via.to", { way: via(way), address }) : via(way || row)].filter(Boolean).join(" · ");
  const choice = mode !== "note";
  place.viabutton.disabled = !choice;
  place.viamore.hidden = !choice;
  place.sendword.textContent = mode === "ask" ? whom.button : t(`send.${mode}`);
}

/** Where the customer last wrote from. */
const lastFrom = () => {
  const { thread, openId } = store;
  const strand = answering(thread, openId ?? 0);
  return thread?.messages.findLast((message) => message.conversation === strand && message.direction === "in" && message.from)?.from || "";
};

/** "Draft saved · Enter sends". @param {Record<string, any>} place @param {import("./drafts.js").Draft} draft @param {number} id */
export function dressFoot(place, { mode }, id) {
  place.hint.textContent = t(`${enterSends() ? "hint.enter" : "hint.ctrl"}${mode === "reply" ? "" : `.${mode}`}`);
  place.saved.hidden = !isSaved(id, mode);
}
