/** The HTML of a mail in a frame that can run nothing, reach nothing and cover nothing. */
import { make } from "./dom.js";
import { t } from "./i18n.js";

/** A button that shows the mail as it was written, and its text again. @param {Record<string, any>} place @param {import("./types.js").Message} message */
export function putOriginal(place, message) {
  if (!message.has_html || message.direction !== "in") return;
  const button = /** @type {HTMLButtonElement} */ (make("button", "link original", t("mail.original")));
  button.type = "button";
  /** @type {HTMLIFrameElement|null} */
  let frame = null;
  button.addEventListener("click", () => {
    if (frame) {
      frame.remove();
      frame = null;
    } else {
      frame = document.createElement("iframe");
      frame.className = "original";
      frame.title = t("mail.frame");
      frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
      frame.referrerPolicy = "no-referrer";
      frame.src = `/messages/${message.id}/original/`;
      button.before(frame);
    }
    place.body.hidden = !!frame;
    button.textContent = t(frame ? "mail.text" : "mail.original");
  });
  place.body.after(button);
}
