/** The menu of one message: answered by name, the start of a new conversation, its way here. */
import { boot } from "./boot.js";
import { clone } from "./dom.js";
import { mayAnswer } from "./replying.js";
import { store } from "./store.js";

/** Whether anything can be done with it. @param {import("./types.js").Message} message */
export const hasMenu = (message) => maySplit(message) || mayAnswer(message) || mayTrace(message);

/** Whether a new conversation could begin here. @param {import("./types.js").Message} message */
export const maySplit = (message) => {
  const { row, thread } = store;
  return !!row && !!thread && message.conversation === row.id && !["closed", "spam"].includes(row.state) && !thread.can.live;
};

/** Whether its way from arrival to here may be looked at. @param {import("./types.js").Message} message */
export const mayTrace = (message) => !!boot.may?.trace && message.direction === "in" && message.channel !== "chat";

/** @param {import("./types.js").Message} message */
export function messageMenu(message) {
  const menu = clone("message-menu");
  menu.dataset.message = message.id;
  return menu;
}
