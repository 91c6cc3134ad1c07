/** When an answer is due, in words that stay true; and what is late by now. */
import { now } from "./clock.js";
import { icon } from "./dom.js";
import { ahead, moment, roughly } from "./format.js";
import { t } from "./i18n.js";

const EVERY = 10_000;

/** Near its due time, or past it. @param {import("./types.js").Row} row */
export const late = (row) => !!row.late_from && new Date(row.late_from).getTime() <= now();

/** "Answer by 15:10", "Late by 12 min". @param {import("./types.js").Row} row */
export function dueBy(row) {
  const box = document.createElement("span");
  box.className = "due";
  box.dataset.due = row.promised_at || "";
  box.dataset.risk = row.late_from || "";
  box.dataset.answer = row.waiting_since ? "1" : "";
  box.title = moment(row.promised_at || "");
  paint(box);
  return box;
}

/** @param {HTMLElement} box */
function paint(box) {
  const { due = "", risk = "", answer } = box.dataset;
  const left = new Date(due).getTime() - now();
  const level = left < 0 ? "late" : risk && new Date(risk).getTime() <= now() ? "attention" : "";
  const time = left < 0 ? roughly(-left / 1000) : ahead(due);
  const words = left < 0 ? t("row.late", { time }) : t(answer ? "row.due" : "row.due.other", { time });
  if (box.textContent === words && box.dataset.level === level) return;
  box.dataset.level = level;
  box.replaceChildren(icon(left < 0 ? "alert" : "clock", 12), words);
}

setInterval(() => document.querySelectorAll("[data-due]").forEach((box) => paint(/** @type {HTMLElement} */ (box))), EVERY);
