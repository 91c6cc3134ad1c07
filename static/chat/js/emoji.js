/** @file A few dozen emoji, as text: no pictures, nothing loaded. Arrows walk, Escape goes back. */
import { byId, el, say } from "./kit.js";
import { open, shut } from "./popup.js";

const COLUMNS = 8;
const ALL = "🙂 😀 😄 😂 😉 😍 😊 😎 🤔 😐 😕 🙁 😢 😡 😮 😴 👍 👎 👌 🙏 👏 💪 👋 🤝 ❤️ 💔 ✨ 🎉 🎁 🌷 ☀️ 🌧️ ✅ ❌ ❓ ❗ ⭐ 🔥 💡 ⏰ 📦 🚚 🛒 💳 🧾 📞 📷 🔑".split(" ");

/** @param {string} text */
function insert(text) {
  const box = byId("text");
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  shut();
  box.focus();
}

export function emoji() {
  const buttons = ALL.map((text, index) => el("button", { type: "button", tabindex: index ? "-1" : "0", click: () => insert(text) }, text));
  open(byId("emoji"), el("div", { class: "emojis", role: "group", "aria-label": say("emoji") }, ...buttons), COLUMNS);
}
