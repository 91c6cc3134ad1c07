/** Files of templates: what the preview shows of them, and taking them into the answer. */
import { api } from "./api.js";
import { icon, make } from "./dom.js";
import { size } from "./format.js";
import { t } from "./i18n.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {import("./types.js").File} File */
/** @typedef {{shown: File[], stored: Promise<File[]>}} Given what is on its way to the tray, and when it is there */

const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

/** Bytes that this answer's channel carries for each file; 0: none at all. */
const limit = () => store.thread?.can.files_max_bytes || 0;

/** @param {File[]} files @returns {Node[]} pictures in place, names else, and why something stays out */
export function fileNodes(files) {
  const out = files.filter((one) => one.size > limit());
  const nodes = files.map((one) => {
    const box = make("span", "tfile");
    if (SHOWN.test(one.type) && one.url) {
      const picture = document.createElement("img");
      picture.src = one.url;
      picture.alt = "";
      picture.loading = "lazy";
      box.append(picture);
    } else box.append(icon("file", 16));
    const name = make("bdi", "cut", one.name);
    name.dir = "ltr";
    box.append(name, make("span", "meta num", size(one.size)));
    box.classList.toggle("out", out.includes(one));
    return box;
  });
  return out.length ? [...nodes, refusal(out.map((one) => one.name))] : nodes;
}

/** @param {string[]} names */
function refusal(names) {
  const line = make("p", "advice");
  line.append(icon("alert", 14), make("span", "", why(names)));
  return line;
}

/** @param {string[]} names */
const why = (names) => t(limit() ? "tfile.big" : "tfile.none", { names: names.join(", ") });

/**
 * Ask the server for the files of a variant, as uploads of this agent; the use is counted with it.
 * @param {import("./variants.js").Template} template @param {import("./variants.js").Variant} variant @returns {Given}
 */
export function giveFiles(template, variant) {
  const shown = variant.files.filter((one) => one.size <= limit());
  const out = variant.files.filter((one) => !shown.includes(one));
  if (out.length) toast(why(out.map((one) => one.name)), { lasts: 9000 });
  const asked = api.post(`templates/${template.id}/used/`, { conversation: store.openId, variant: variant.id });
  const stored = asked.then((/** @type {{files: File[]}} */ { files }) => files);
  stored.catch(() => {}); // without files nobody waits for the answer
  return { shown, stored };
}
