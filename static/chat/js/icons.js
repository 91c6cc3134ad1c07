/** @file Icons that only the later parts need, added to the page's own. */
import { byId } from "./kit.js";

/** @type {Record<string, string>} */
const SHAPES = {
  mail: "M5.5 5.5h13a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2zM4 7.5l8 6 8-6",
  star: "m12 4 2.5 5.2 5.7.7-4.2 3.9 1.1 5.7-5.1-2.8-5.1 2.8L8 13.8 3.8 9.9l5.7-.7z",
  bell: "M6.5 10a5.5 5.5 0 0 1 11 0c0 4.5 1.5 5.5 2 6.5h-15c.5-1 2-2 2-6.5zM10 19.5c1 1 3 1 4 0",
  out: "M13 5h6v6M19 5l-8.5 8.5M17 14.5V17a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h2.5",
  hand: "M12 3.7a8.3 8.3 0 1 1 0 16.6 8.3 8.3 0 0 1 0-16.6M6.3 6.3l11.4 11.4",
  done: "M12 3.7a8.3 8.3 0 1 1 0 16.6 8.3 8.3 0 0 1 0-16.6M8.3 12.3l2.6 2.6 5-5.2",
  shot: "M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 2 2v2.5M20 15.5V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6",
  photo: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4",
};

/** @param {string[]} names */
export function addIcons(...names) {
  for (const name of names) {
    const symbol = document.createElementNS("http://www.w3.org/2000/svg", "symbol");
    const path = document.createElementNS(symbol.namespaceURI, "path");
    symbol.id = `i-${name}`;
    symbol.setAttribute("viewBox", "0 0 24 24");
    path.setAttribute("d", SHAPES[name]);
    symbol.append(path);
    byId("icons").append(symbol);
  }
}
