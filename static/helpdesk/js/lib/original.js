/** The HTML of a mail in a frame that can run nothing, reach nothing and cover nothing. */
import { api } from "./api.js";
import { icon, make } from "./dom.js";
import { isDark } from "./look.js";
import { t } from "./i18n.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {import("./types.js").Message} Message */

const LINE = 21;
const WIDE = 90;
const PICTURE = 160;
const LEAST = 240;
// Pictures from elsewhere come with a layout around them.
const LEAST_DRAWN = 460;

/** How high the mail will be, more or less: its frame tells nothing to anybody. @param {Message} message */
function height(message) {
  const lines = (message.full_text || message.body).split("\n");
  const text = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / WIDE)), 0);
  const inside = message.attachments.filter((file) => file.type.startsWith("image/")).length;
  const high = 96 + text * LINE + Math.min(4, inside + (message.pictures?.count || 0)) * PICTURE;
  return Math.round(Math.min(Math.max(message.pictures ? LEAST_DRAWN : LEAST, high), innerHeight * 0.7));
}

/** @param {string} words @param {() => void} act */
function link(words, act) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "link", words));
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

/** What of the mail is not loaded, and the ways to load it. @param {Message} message @param {boolean} asked @param {(pictures: boolean) => void} show */
function pictureBar(message, asked, show) {
  const { count = 0, hosts = [], trackers = 0 } = message.pictures || {};
  const person = store.thread?.customer;
  if (!count && !trackers) return null;
  const bar = make("div", "picbar");
  const words = make("span", "grow");
  bar.append(icon(count ? "image" : "eye", 14), words);
  /** @param {boolean} on */
  const always = async (on) => {
    try {
      await api.patch(`customers/${person.id}/`, { show_pictures: on });
      person.show_pictures = on;
      show(on);
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  };
  if (!count) words.textContent = t("mail.trackers", { n: trackers });
  else if (person?.show_pictures) {
    words.textContent = t("mail.always.on");
    bar.append(link(t("mail.always.off"), () => always(false)));
  } else if (asked) {
    words.textContent = t("mail.loaded", { n: count, hosts: hosts.join(", ") });
    if (person) bar.append(link(t("mail.always"), () => always(true)));
  } else {
    words.textContent = t("mail.pictures", { n: count, hosts: hosts.join(", ") });
    bar.append(link(t("mail.load"), () => show(true)));
    if (person) bar.append(link(t("mail.always"), () => always(true)));
  }
  return bar;
}

/** @param {Message} message @param {boolean} pictures */
function page(message, pictures) {
  const frame = document.createElement("iframe");
  frame.className = "original";
  frame.title = t("mail.frame");
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  frame.referrerPolicy = "no-referrer";
  frame.style.blockSize = `${height(message)}px`;
  const asked = new URLSearchParams({ ...(pictures ? { pictures: "1" } : {}), ...(isDark() ? { dark: "1" } : {}) });
  frame.src = `/messages/${message.id}/original/?${asked}`;
  return frame;
}

/** A button that shows the mail as it was written, and its text again. @param {Record<string, any>} place @param {Message} message */
export function putOriginal(place, message) {
  if (!message.has_html || message.direction !== "in") return;
  const box = make("div", "asmail");
  /** @param {boolean} pictures */
  const show = (pictures) => {
    const bar = pictureBar(message, pictures, show);
    box.replaceChildren(...(bar ? [bar] : []), page(message, pictures));
  };
  const button = link(t("mail.original"), () => {
    if (box.isConnected) {
      box.remove();
      box.replaceChildren();
    } else {
      show(false);
      button.before(box);
      box.closest("article")?.scrollIntoView({ block: "start" }); // a mail is read from its beginning
    }
    place.body.hidden = box.isConnected;
    place.more.hidden = box.isConnected;
    button.textContent = t(box.isConnected ? "mail.text" : "mail.original");
  });
  button.classList.add("original");
  place.body.after(button);
}
