/** @file The page around the panel. Both sides check origin and source; nothing else is heard. */
import { config } from "./kit.js";

/** False in a window of its own: then the panel is always open and there is nothing to close. */
export const embedded = parent !== window && config.host !== "";

/** @param {string} type */
export function tellHost(type, data = {}) {
  if (embedded) parent.postMessage({ parley: type, ...data }, config.host);
}

/** @param {(news: {open: boolean, page: {url: string, title: string}, person?: {name: string}}) => void} heard */
export function onHost(heard) {
  addEventListener("message", (event) => {
    if (!embedded || event.source !== parent || event.origin !== config.host) return;
    if (event.data && event.data.parley === "open") heard(event.data);
  });
}
