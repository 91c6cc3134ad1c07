/** Single keys that act, unless someone is writing. */

/** @type {Map<string, (event: KeyboardEvent) => void>} */
const table = new Map();
let leader = "";
let leaderUntil = 0;

/** A field of a dialog that closed just now keeps the focus until the next frame: nobody writes there. @param {EventTarget|null} target */
const writing = (target) =>
  target instanceof HTMLElement && !target.closest("dialog:not([open])") && (target.isContentEditable || target.matches("input, textarea, select"));

/** Register keys: "j", "?", "Escape", "g i", "alt+1". @param {Record<string, (event: KeyboardEvent) => void>} keys */
export function bind(keys) {
  for (const [key, act] of Object.entries(keys)) table.set(key, act);
}

/** Do what a key does, for who chose it by name. @param {string} key */
export const press = (key) => table.get(key)?.(new KeyboardEvent("keydown", { key }));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  // By the key's place when the layout is not Latin: "j" is "о" on a Russian keyboard.
  const key = event.key.length === 1 && event.key.charCodeAt(0) > 127 && /^Key[A-Z]$/.test(event.code)
    ? event.code.slice(3).toLowerCase() : event.key;
  let name = event.altKey ? `alt+${event.code.replace("Digit", "")}` : key;
  if (writing(event.target) && !event.altKey && key !== "Escape") return;
  if (leader && Date.now() < leaderUntil && table.has(`${leader} ${name}`)) name = `${leader} ${name}`;
  leader = key === "g" && !event.altKey ? "g" : "";
  leaderUntil = Date.now() + 1000;
  const act = table.get(name);
  if (!act) return;
  event.preventDefault();
  act(event);
});
