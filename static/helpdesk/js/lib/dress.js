/** The looks of the composer: nobody shall send a note by mistake, or a reply. */
import { channelIcon, via } from "./channels.js";
import { icon, parts } from "./dom.js";
import { t } from "./i18n.js";
import { store } from "./store.js";
import { may } from "./threads.js";

/** Enter sends where talk is quick; a letter wants Ctrl+Enter. */
export const enterSends = () => store.row?.channel !== "email";

/**
 * Ground, edge, icon, placeholder and the word on the button.
 * @param {HTMLElement} box @param {import("./types.js").Row} row @param {boolean} note
 */
export function dress(box, row, note) {
  const place = parts(box);
  box.classList.toggle("note", note);
  box.toggleAttribute("data-live", !!store.thread?.can.live);
  for (const mode of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(".mode"))) {
    const on = (mode.dataset.mode === "note") === note;
    mode.setAttribute("aria-selected", String(on));
    mode.tabIndex = on ? 0 : -1;
  }
  place.viaicon.replaceChildren(icon(note ? "lock" : channelIcon(row), 14));
  place.via.textContent = note ? t("via.note") : via(row);
  for (const button of box.querySelectorAll(".split .btn")) {
    button.classList.toggle("note", note);
    button.classList.toggle("primary", !note);
  }
  place.sendicon.replaceChildren(icon(note ? "lock" : "send", 16, note ? "" : "flip"));
  place.sendword.textContent = t(note ? "send.note" : "send.reply");
  place.sendmore.hidden = note || !may("resolved");
  place.hint.textContent = t((enterSends() ? "hint.enter" : "hint.ctrl") + (note ? ".note" : ""));
  place.text.placeholder = note ? t("write.note") : t("write.reply", { name: row.customer.name.split(" ")[0] });
  place.text.setAttribute("aria-label", t(note ? "label.note" : "label.reply", { name: row.customer.name }));
  place.text.lang = note ? "" : row.customer.language || "";
}
