/** A phone call in the thread: which way, when, who talked, how it ended. No customer sees it. */
import { clone, icon, make, parts } from "./dom.js";
import { moment, time } from "./format.js";
import { has, t } from "./i18n.js";

/** @typedef {import("./types.js").Message} Message */

/** Changes when the card must be drawn anew. @param {Message} message */
export const callSig = (message) => (message.call ? JSON.stringify(message.call) : "");

/** 95 → "1:35". @param {number} seconds */
const length = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** @param {any} call */
const heading = (call) => (call.missed ? t("call.missed") : t(call.way === "in" ? "call.in" : "call.out"));

/** @param {Message} message */
export function drawCall(message) {
  const call = /** @type {any} */ (message.call);
  const item = clone("phonecall");
  const place = parts(item);
  item.classList.toggle("missed", call.missed);
  item.classList.toggle("out", call.way === "out");
  place.title.textContent = heading(call);
  place.number.textContent = call.theirs;
  place.at.textContent = time(call.began_at);
  place.at.setAttribute("datetime", call.began_at);
  place.at.title = moment(call.began_at);
  const facts = [
    has(`call.state.${call.state}`) ? t(`call.state.${call.state}`) : "",
    call.seconds ? t("call.length", { time: length(call.seconds) }) : "",
    call.hold_seconds ? t("call.held", { time: length(call.hold_seconds) }) : "",
    call.ended_at && !call.missed ? t("call.until", { time: time(call.ended_at) }) : "",
    call.agent ? t("call.with", { name: call.agent }) : "",
    call.disposition, call.reason_code,
  ];
  place.facts.replaceChildren(...facts.filter(Boolean).map((fact) => make("bdi", "", fact)));
  place.notes.textContent = call.notes;
  place.notes.hidden = !call.notes;
  place.recording.hidden = !call.recording;
  if (call.recording) {
    place.recording.href = call.recording;
    place.notice.textContent = t(call.notice ? "call.told" : "call.untold");
  }
  place.notice.hidden = !call.recording;
  place.edit.addEventListener("click", () => document.dispatchEvent(new CustomEvent("edit-call", { detail: message })));
  if (call.missed) place.title.prepend(icon("alert", 14));
  return item;
}
