/** @file The part for all that is not the first word: line, questions, hours, end, menu, cards, sound. */
import { ring, startBell } from "./bell.js";
import { card, quick } from "./card.js";
import { addIcons } from "./icons.js";
import { file } from "./file.js";
import { drawFoot, menu } from "./menu.js";
import { ask, drawHours, form } from "./offline.js";
import { drawLine } from "./place.js";
import { takeOver } from "./popout.js";
import { drawEnd } from "./rate.js";

addIcons("mail", "star", "bell", "out", "hand", "done");
startBell();

export function draw() {
  drawHours();
  drawLine();
  drawEnd();
  drawFoot();
}

export { ask, card, file, form, menu, quick, ring, takeOver };
