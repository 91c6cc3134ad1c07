/** One visitor beside the list: facts that follow him, his trail, and the invitation. */
import { boot } from "../lib/boot.js";
import { api } from "../lib/api.js";
import { make, parts } from "../lib/dom.js";
import { languageName, time } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";
import { chatUrl } from "./list.js";
import { avatar, cartOf, count, duration, fromOf, money, nameOf, pathOf, pillsOf, searchOf, whereOf } from "./show.js";

/** @typedef {import("./show.js").Visitor} Visitor */

const panel = /** @type {HTMLElement} */ (document.getElementById("one"));
const place = parts(panel);
const usual = place.text.value;
/** @type {Visitor|null} */
let shown = null;
let gone = false;
let read = "";

export const openId = () => shown?.id || 0;

/** @param {Visitor} one @param {boolean} [writing] put the hand on the invitation */
export function open(one, writing = false) {
  if (shown?.id !== one.id) {
    place.text.value = usual;
    place.trail.replaceChildren();
    read = "";
    complain("");
  }
  gone = false;
  panel.hidden = false;
  panel.parentElement?.classList.add("open");
  update(one);
  if (writing && !place.form.hidden) place.text.select();
  else panel.focus();
}

export function close() {
  const id = shown?.id;
  shown = null;
  panel.hidden = true;
  panel.parentElement?.classList.remove("open");
  /** @type {HTMLElement|null} */ (document.querySelector(`tr[data-id="${id}"] .name`))?.focus();
}

/** What the newest list says of him; undefined: he has left. @param {Visitor|undefined} one */
export function update(one) {
  gone = !one;
  if (one) shown = one;
  if (!shown) return;
  avatar(place.avatar, shown);
  place.name.textContent = nameOf(shown);
  place.where.textContent = whereOf(shown);
  place.pills.replaceChildren(...pillsOf(shown));
  drawFacts(shown);
  drawCart(shown);
  const why = gone ? t("panel.gone") : shown.status ? t(`invite.${shown.status}`) : "";
  place.form.hidden = Boolean(why) || !boot.may_invite;
  place.why.hidden = !why;
  place.whyText.textContent = why;
  place.chat.hidden = !shown.conversation;
  if (shown.conversation) place.chat.href = chatUrl(shown.conversation);
  const version = `${shown.id} ${shown.pages}`;
  if (read !== version) {
    read = version;
    void trail();
  }
}

/** @param {Visitor} one */
function drawFacts(one) {
  /** @type {[string, string][]} */
  const facts = [
    [t("panel.from"), fromOf(one)],
    [t("panel.landing"), pathOf(one.landing).split("?")[0]],
    [t("panel.campaign"), Object.values(one.utm).join(" · ")],
    [t("panel.search"), one.search && searchOf(one)],
    [t("panel.language"), one.language && languageName(one.language.split("-")[0])],
    [t("panel.visits"), one.visits ? (one.visits > 1 ? t("visit.nth", { n: one.visits }) : t("visit.first")) : ""],
    [t("panel.step"), one.step],
  ];
  const drawn = facts.filter(([, words]) => words).flatMap(([label, words]) => {
    const value = make("dd", "line-up", words);
    value.dir = "auto";
    return [make("dt", "", label), value];
  });
  place.facts.replaceChildren(...drawn);
}

/** @param {Visitor} one */
function drawCart(one) {
  place.cartBox.hidden = !one.cart;
  if (!one.cart) return;
  const { lines, currency } = one.cart;
  place.cartValue.textContent = cartOf(one.cart);
  place.cart.replaceChildren(...lines.map((line) => {
    const item = make("li");
    const name = make("bdi", "grow cut line-up", line.name);
    item.append(name, make("span", "num meta", `× ${line.quantity}`), make("span", "num", money(line.price, currency)));
    return item;
  }));
}

async function trail() {
  const id = shown?.id;
  place.failed.hidden = true;
  const slow = window.setTimeout(() => (place.loading.hidden = place.trail.childElementCount > 0), 150);
  try {
    const found = await api.get(`visitors/${id}/`);
    if (id === shown?.id) place.trail.replaceChildren(...found.pages.map(step));
  } catch (fault) {
    if (id !== shown?.id) return;
    place.failed.hidden = false;
    place.failedText.textContent = /** @type {Error} */ (fault).message;
  } finally {
    clearTimeout(slow);
    place.loading.hidden = true;
  }
}

export const again = () => void trail();

/** One page of the trail; the one he reads now still counts. @param {{url: string, title: string, at: string, seconds: number}} view @param {number} index */
function step(view, index) {
  const line = make("li");
  const link = /** @type {HTMLAnchorElement} */ (make("a", "cut line-up", view.title || pathOf(view.url)));
  if (/^https?:/.test(view.url)) link.href = view.url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.dir = "auto";
  link.title = view.url;
  const meta = make("span", "meta");
  const lasted = make("span", "num", view.seconds ? duration(view.seconds) : "");
  if (index === 0 && !view.seconds && !gone) count(lasted, view.at);
  meta.append(make("span", "num", time(view.at)), lasted);
  line.append(link, meta);
  return line;
}

/** @param {string} words */
function complain(words) {
  place.error.hidden = !words;
  place.reason.textContent = words;
  place.text.setAttribute("aria-invalid", String(Boolean(words)));
}

place.form.addEventListener("submit", async (/** @type {Event} */ event) => {
  event.preventDefault();
  const text = place.text.value.trim();
  if (!text) return complain(t("invite.empty"));
  complain("");
  try {
    await api.post(`visitors/${shown?.id}/invite/`, { text });
    toast(t("invite.sent"));
    if (shown) update({ ...shown, status: "invited" });
  } catch (fault) {
    complain(/** @type {Error} */ (fault).message);
  }
});
