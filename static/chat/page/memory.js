/** @file What may be remembered of a visitor, and where. "off": nothing. "session": in this tab.
 * "consented": in this browser, but only after a yes. A browser that asks not to be tracked is
 * heard before anything the site says. */

const refused = /** @type {any} */ (navigator).globalPrivacyControl === true || navigator.doNotTrack === "1";

/** @param {string} key the widget's @param {string} mode off, session or consented */
export function makeMemory(key, mode) {
  const name = `parley:${key}:`;
  /** A browser may refuse storage: then memory lasts as long as the page. @type {Map<string, string>} */
  const held = new Map();

  /** @param {"local" | "session"} area @returns {Storage} */
  const store = (area) => /** @type {any} */ (window)[`${area}Storage`];

  /** @param {"local" | "session"} area @param {string} what */
  function load(area, what) {
    try {
      return store(area).getItem(name + what) || "";
    } catch {
      return held.get(what) || "";
    }
  }

  /** @param {"local" | "session"} area @param {string} what @param {string} value "" deletes */
  function save(area, what, value) {
    held.set(what, value);
    try {
      if (value) store(area).setItem(name + what, value);
      else store(area).removeItem(name + what);
    } catch { /* refused or full */ }
  }

  function forget() {
    save("local", "visitor", "");
    save("session", "visit", "");
  }

  const able = !refused && mode !== "off";
  if (!able || mode !== "consented") save("local", "visitor", "");
  if (!able) forget();

  return {
    load, save, forget, /** is there anything to ask a consent for */ askable: able && mode === "consented",
    visitor: () => (able && mode === "consented" ? load("local", "visitor") : ""),
    allowed: () => able && (mode === "session" || load("local", "visitor") !== ""),
    /** The visit's key: made here, kept while the tab lives. */
    visit() {
      const known = load("session", "visit");
      if (known) return known;
      const bytes = crypto.getRandomValues(new Uint8Array(18));
      const made = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
      save("session", "visit", made);
      return made;
    },
  };
}
