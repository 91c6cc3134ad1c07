/** Tell once, politely, who does not see the screen. */

/** @param {string} words */
export function say(words) {
  const place = document.getElementById("say");
  if (place) place.textContent = words;
}
