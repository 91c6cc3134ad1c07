/** This browser and the calls: allowed or not, subscribed or not, and how to change it. */
import { api } from "./api.js";

/** @typedef {"none"|"denied"|"off"|"on"} Standing */

const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** @param {string} text URL-safe Base64 */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @returns {Promise<PushSubscription|null>} */
async function subscription() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return worker ? worker.pushManager.getSubscription() : null;
}

/** What this browser does now. @returns {Promise<Standing>} */
export async function standing() {
  if (!able() || !isSecureContext) return "none";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && (await subscription()) ? "on" : "off";
}

/** "Firefox, Linux": enough for its owner to know it again. */
function device() {
  const { userAgent } = navigator;
  const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(userAgent)?.[0] || "";
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(userAgent)?.[0] || "";
  return [{ Edg: "Edge", OPR: "Opera" }[browser] || browser, system].filter(Boolean).join(", ");
}

/** Ask for leave, subscribe, and tell the server. @param {string} worker its address @param {string} key of the server */
export async function allow(worker, key) {
  if ((await Notification.requestPermission()) !== "granted") return;
  await navigator.serviceWorker.register(worker, { scope: "/" });
  const ready = await navigator.serviceWorker.ready;
  const known = await ready.pushManager.getSubscription();
  const made = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }).catch(async (fault) => {
    if (!known) throw fault; // it was made with another key of ours: anew
    await known.unsubscribe();
    return ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  });
  await tell(made);
}

/** @param {PushSubscription} made */
function tell(made) {
  const { endpoint, keys } = made.toJSON();
  return api.post("alerts/browsers/", { endpoint, p256dh: keys?.p256dh, auth: keys?.auth, device: device() });
}

/** Signing out ended the calls here: whoever is signed in now is called. The server may be told later. */
export async function renew() {
  const known = (await standing()) === "on" && (await subscription());
  if (known) await tell(known).catch(() => {});
}

/** No more calls here. */
export async function forget() {
  const known = await subscription();
  if (!known) return;
  await api.delete("alerts/browsers/", { endpoint: known.endpoint });
  await known.unsubscribe();
}
