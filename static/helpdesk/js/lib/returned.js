/** Mail that came back, and addresses that are left alone because of it. */
import { api } from "./api.js";
import { adoptCustomer } from "./beside.js";
import { icon, make } from "./dom.js";
import { t } from "./i18n.js";
import { store } from "./store.js";
import { merge } from "./threads.js";
import { toast } from "./toast.js";

/** Send what was refused since its address is left alone. @param {import("./types.js").Message} message */
export async function sendAnyway(message) {
  try {
    merge(store.openId ?? message.conversation, [await api.post(`messages/${message.id}/send-anyway/`)]);
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

/** Write to an address of the open customer again. @param {{id: number, address: string}} identity */
export async function lift(identity) {
  const { row } = store;
  if (!row) return;
  try {
    adoptCustomer(row.id, await api.post(`customers/${row.customer.id}/identities/${identity.id}/lift/`));
    toast(t("alone.lifted", { address: identity.address }));
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

/** The mark of such an address, which is the way back at once; who opted out comes back by himself. @param {{id: number, address: string, alone: string, opted_out: boolean}} identity */
export function aloneMark(identity) {
  if (identity.opted_out) {
    const mark = make("span", "chip late", t("opt.mark"));
    mark.title = identity.alone;
    return mark;
  }
  const button = /** @type {HTMLButtonElement} */ (make("button", "chip late alone"));
  button.type = "button";
  button.title = `${identity.alone} ${t("alone.lift")}`;
  button.append(icon("alert", 14), make("span", "", t("alone.mark")));
  button.setAttribute("aria-label", button.title);
  button.addEventListener("click", () => lift(identity));
  return button;
}
