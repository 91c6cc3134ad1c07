/** Words with their links made clickable: http and https only, and nobody learns where we came from. */

const LINK = /\bhttps?:\/\/[^\s<>"'`]+/gi;

/** Put `text` into `element` with its links. @param {HTMLElement} element @param {string} text */
export function linkify(element, text) {
  element.textContent = "";
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trimmed(match[0]);
    if (!safe(address)) continue;
    element.append(text.slice(from, match.index), anchor(address));
    from = match.index + address.length;
  }
  element.append(text.slice(from));
}

/** Without the full stop or bracket that belongs to the sentence. @param {string} address */
function trimmed(address) {
  let end = address.replace(/[.,;:!?…»”]+$/u, "");
  while (end.endsWith(")") && end.split(")").length > end.split("(").length) end = end.slice(0, -1);
  return end;
}

/** Whether an address may be a link: http or https. @param {string} address */
export function safe(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** @param {string} address */
function anchor(address) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.dir = "ltr";
  link.textContent = address;
  return link;
}
