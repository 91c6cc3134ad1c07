/** @file The menu behind the three dots, and the end that asks once more. */
import { request } from "./ask.js";
import { button, reason } from "./form.js";
import { embedded, tellHost } from "./host.js";
import { byId, config, el, icon, say } from "./kit.js";
import { popOut } from "./popout.js";
import { open, shut } from "./popup.js";
import { rating, transcript } from "./rate.js";
import { load, save } from "./store.js";
import { finished, history, talk } from "./talk.js";
import { go } from "./views.js";

/** Is there a chat that can be ended? */
const running = () => history().length > 0 && !finished();

/** @param {string} image @param {string} text @param {() => void} press */
const item = (image, text, press) => el("button", { type: "button", click: () => { shut(); press(); } }, icon(image), text);

/** @param {string} image @param {string} word @param {string} key @param {boolean} otherwise @param {(on: boolean) => void} told */
function toggle(image, word, key, otherwise, told) {
  const node = el("button", { type: "button", role: "switch", "aria-checked": String(load(key, otherwise)), click() {
    const on = !load(key, otherwise);
    save(key, on);
    node.setAttribute("aria-checked", String(on));
    told(on);
  } }, icon(image), el("span", { class: "grow" }, say(word)), el("span", { class: "switch", "aria-hidden": "true" }));
  return node;
}

export function menu() {
  open(byId("menu"), el("div", { class: "menu", role: "group", "aria-label": say("menu") },
    running() ? item("done", say("end"), confirmEnd) : null,
    finished() && config.rating && !talk.service?.rating ? item("star", say("rateThis"), rating) : null,
    config.transcript && history().length ? item("mail", say("transcript"), transcript) : null,
    toggle("bell", "sound", "sound", true, () => {}),
    embedded ? toggle("hand", "quiet", "quiet", false, (on) => tellHost("quiet", { on })) : null,
    embedded ? item("out", say("popOut"), popOut) : null));
}

/** Asked once more, in place; Escape and "Keep talking" do nothing but go back. */
function confirmEnd() {
  const tray = byId("tray");
  const failed = el("p", { class: "error", role: "alert", hidden: true });
  const back = () => {
    box.remove();
    byId("text").focus();
  };
  const act = async () => {
    try {
      await request({ type: "end" });
      box.remove();
      talk.state = "resolved";
      rating();
    } catch (error) {
      failed.textContent = reason(error);
      failed.hidden = false;
    }
  };
  const box = el("section", { class: "confirm", "aria-label": say("end"), keydown(/** @type {KeyboardEvent} */ event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    back();
  } }, el("p", {}, el("b", {}, say("endSure")), " ", say("endHelp")), failed, el("div", { class: "line" }, button("", say("end"), act), button("quiet", say("goOn"), back)));
  go("chat");
  tray.querySelector(".confirm")?.remove();
  tray.append(box);
  box.querySelector("button")?.focus();
}

/** "End chat" at the foot while there is one; the house's name else. */
const title = byId("foot").textContent;
let foot = "";
export function drawFoot() {
  const wants = running() && talk.agent ? "end" : "";
  if (wants === foot) return;
  foot = wants;
  const place = byId("foot");
  place.replaceChildren(wants ? el("button", { type: "button", class: "calm", click: confirmEnd }, say("end")) : title);
}
