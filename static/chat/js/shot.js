/** @file A picture of the screen: one frame, cut by the visitor before anything leaves the browser. */
import { byId, el, say } from "./kit.js";
import { go, sheet, trouble } from "./views.js";

/** @typedef {{left: number, right: number, top: number, bottom: number}} Cut edges in thousandths of the picture */

export const canCapture = () => Boolean(navigator.mediaDevices?.getDisplayMedia) && !matchMedia("(pointer: coarse)").matches;

/** @returns {Promise<HTMLCanvasElement>} */
async function frame() {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
  try {
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    await new Promise((resolve) => { setTimeout(resolve, 300); }); /* the browser's own chooser fades */
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(video, 0, 0);
    return canvas;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** @param {HTMLCanvasElement} whole @param {Cut} cut @returns {Promise<Blob | null>} */
function cutOut(whole, { left, right, top, bottom }) {
  const part = document.createElement("canvas");
  const [x, y] = [(whole.width * left) / 1000, (whole.height * top) / 1000];
  part.width = Math.max(1, (whole.width * (right - left)) / 1000);
  part.height = Math.max(1, (whole.height * (bottom - top)) / 1000);
  /** @type {CanvasRenderingContext2D} */ (part.getContext("2d")).drawImage(whole, -x, -y);
  return new Promise((resolve) => { part.toBlob(resolve, "image/png"); });
}

/** The picture with its cut: drag over it, or move the four edges. @param {HTMLCanvasElement} whole @param {(file: File) => void} use */
function crop(whole, use) {
  /** @type {Cut} */
  const cut = { left: 0, right: 1000, top: 0, bottom: 1000 };
  const frame = el("div", { class: "cut-out", "aria-hidden": "true" });
  const stage = el("div", { class: "stage" }, whole, frame);
  const edges = /** @type {(keyof Cut)[]} */ (["left", "right", "top", "bottom"]);
  /** @type {Record<string, HTMLInputElement>} */
  const sliders = {};
  const place = () => {
    for (const edge of edges) {
      const far = edge === "right" || edge === "bottom";
      frame.style[edge] = `${(far ? 1000 - cut[edge] : cut[edge]) / 10}%`;
      sliders[edge].value = String(cut[edge]);
    }
  };
  const rows = edges.map((edge) => {
    const slider = /** @type {HTMLInputElement} */ (el("input", { type: "range", min: "0", max: "1000", step: "10", input() {
      const value = Number(slider.value);
      if (edge === "left") cut.left = Math.min(value, cut.right - 20);
      else if (edge === "top") cut.top = Math.min(value, cut.bottom - 20);
      else if (edge === "right") cut.right = Math.max(value, cut.left + 20);
      else cut.bottom = Math.max(value, cut.top + 20);
      place();
    } }));
    sliders[edge] = slider;
    return el("label", {}, el("span", {}, say(`${edge}_`)), slider);
  });
  drawable(stage, whole, cut, place);
  place();
  const attach = async () => {
    const blob = await cutOut(whole, cut);
    go("chat");
    if (blob) use(new File([blob], `${say("shotName")}.png`, { type: "image/png" }));
  };
  sheet(el("div", { class: "stackform" }, el("div", {}, el("h2", { tabindex: "-1" }, say("crop")), el("p", { class: "ink2" }, say("cropHelp"))), stage,
    el("div", { class: "edges" }, ...rows),
    el("button", { class: "btn primary wide", type: "button", click: attach }, say("use")),
    el("button", { class: "btn quiet wide", type: "button", click: () => go("chat") }, say("cancel"))));
}

/** Drawing a new cut with a pointer. @param {HTMLElement} stage @param {HTMLCanvasElement} whole @param {Cut} cut @param {() => void} place */
function drawable(stage, whole, cut, place) {
  /** @type {[number, number] | null} */
  let from = null;
  /** @param {PointerEvent} event @returns {[number, number]} */
  const at = (event) => {
    const box = whole.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return [Math.min(1, Math.max(0, x)) * 1000, Math.min(1, Math.max(0, y)) * 1000];
  };
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    from = at(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = at(event);
    if (Math.abs(to[0] - from[0]) < 20 || Math.abs(to[1] - from[1]) < 20) return;
    Object.assign(cut, { left: Math.min(from[0], to[0]), right: Math.max(from[0], to[0]), top: Math.min(from[1], to[1]), bottom: Math.max(from[1], to[1]) });
    place();
  });
  stage.addEventListener("pointerup", () => { from = null; });
}

/** @param {(file: File) => void} use gets the cut picture */
export async function capture(use) {
  try {
    crop(await frame(), use);
  } catch {
    go("chat");
    trouble(say("noShot"));
    byId("text").focus();
  }
}
