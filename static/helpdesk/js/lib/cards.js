/** Cards and quick replies as the agent sees them sent: nothing to press but links. */
import { clone, make, parts } from "./dom.js";
import { safe } from "./links.js";

/** @typedef {import("./types.js").Card} Card */
/** @typedef {import("./types.js").File} File */

/** @param {string} address @param {string} words */
function chip(address, words) {
  if (!safe(address)) return make("span", "chip line", words);
  const link = /** @type {HTMLAnchorElement} */ (make("a", "chip line", words));
  return Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer nofollow" });
}

/** @param {string} address */
function host(address) {
  try {
    return new URL(address).host;
  } catch {
    return "";
  }
}

/** @param {Card} card @param {File[]} files those of its message: the picture is one of them */
export function drawCard(card, files) {
  const item = clone("card");
  const place = parts(item);
  const picture = files.find((file) => file.id === card.image);
  if (picture?.url) {
    const image = document.createElement("img");
    Object.assign(image, { src: picture.url, alt: "", decoding: "async" });
    place.pic.append(image);
  } else place.pic.remove();
  place.title.textContent = card.title;
  place.text.textContent = card.text || "";
  place.price.textContent = card.price || "";
  if (card.url) place.acts.append(chip(card.url, host(card.url)));
  place.acts.append(...(card.buttons || []).map(({ label, url }) => chip(url || "", label)));
  for (const name of ["text", "price"]) if (!place[name].textContent) place[name].remove();
  if (!place.acts.childElementCount) place.acts.remove();
  return item;
}

/** Ready answers below the question. @param {string[]} quick */
export function drawQuick(quick) {
  const box = make("div", "quicks");
  box.append(...quick.map((words) => make("span", "chip line", words)));
  return box;
}
