/** The menu of one message: it may be answered by name, or a new conversation may begin with it. */
import { clone } from "./dom.js";
import { mayAnswer } from "./replying.js";
import { store } from "./store.js";

/** Whether anything can be done with it. @param {import("./types.js").Message} message */
export const hasMenu = (message) => maySplit(message) || mayAnswer(message);

/** Whether a new conversation could begin here. @param {import("./types.js").Message} message */
export const maySplit = (message) => {
  const { row, thread } = store;
  return !!row && !!thread && message.conversation === row.id && !["closed", "spam"].includes(row.state) && !thread.can.live;
};

/** @param {import("./types.js").Message} message */
export function splitMenu(message) {
  const menu = clone("message-menu");
  menu.dataset.message = message.id;
  return menu;
}
