/** The columns' widths: dragged or moved with the arrows, and remembered. */

const KEY = "parley.columns";
/** @type {Record<string, number>} */
let widths = {};

const app = () => /** @type {HTMLElement} */ (document.getElementById("app"));

/** @param {HTMLElement} grip @param {number} width */
function apply(grip, width) {
  const name = grip.dataset.grip || "";
  const [low, high] = [Number(grip.dataset.min), Number(grip.dataset.max)];
  widths[name] = Math.round(Math.min(high, Math.max(low, width)));
  app().style.setProperty(`--w-${name}`, `${widths[name]}px`);
  grip.setAttribute("aria-valuenow", String(widths[name]));
  grip.setAttribute("aria-valuemin", String(low));
  grip.setAttribute("aria-valuemax", String(high));
}

function remember() {
  try {
    localStorage.setItem(KEY, JSON.stringify(widths));
  } catch {
    /* storage is blocked: it holds until the next page */
  }
}

/** Whether moving right makes the column wider. @param {HTMLElement} grip */
function growsRight(grip) {
  const rtl = document.documentElement.dir === "rtl";
  return (grip.dataset.grip === "list") !== rtl;
}

/** @param {HTMLElement} grip */
function enable(grip) {
  const column = /** @type {HTMLElement} */ (grip.parentElement);
  const sign = growsRight(grip) ? 1 : -1;
  grip.addEventListener("pointerdown", (down) => {
    const start = column.getBoundingClientRect().width;
    grip.setPointerCapture(down.pointerId);
    grip.classList.add("on");
    const move = (/** @type {PointerEvent} */ event) => apply(grip, start + sign * (event.clientX - down.clientX));
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", () => {
      grip.removeEventListener("pointermove", move);
      grip.classList.remove("on");
      remember();
    }, { once: true });
  });
  grip.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    apply(grip, column.getBoundingClientRect().width + sign * (event.key === "ArrowRight" ? 16 : -16));
    remember();
  });
}

export function startColumns() {
  try {
    widths = JSON.parse(localStorage.getItem(KEY) || "{}");
  } catch {
    widths = {};
  }
  for (const grip of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-grip]"))) {
    const known = widths[grip.dataset.grip || ""];
    apply(grip, known || (grip.dataset.grip === "list" ? 324 : 292));
    enable(grip);
  }
}
