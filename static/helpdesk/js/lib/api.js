/** The workspace's REST calls: CSRF header, ten seconds of patience, faults with words. */
import { boot, csrfToken } from "./boot.js";
import { t } from "./i18n.js";

const PATIENCE = 10_000;
const BASE = boot.urls?.api || "/api/v1/"; // a page may have no data of its own

/** What went wrong. status 0: the network or the server did not answer, so nothing is known. */
export class Fault extends Error {
  /** @param {number} status @param {string} words @param {string} [field] the one that is wrong @param {any} [data] the answer's body */
  constructor(status, words, field = "", data = {}) {
    super(words);
    this.status = status;
    this.field = field;
    this.data = data || {};
  }

  /** Worth sending again as it is. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  get signedOut() {
    return this.status === 401;
  }
}

/** The words of an error body: {"detail": "…"} or {"field": ["…"]}. @param {any} data @param {number} status */
export function reason(data, status) {
  if (data && typeof data.detail === "string") return data.detail;
  const first = data && Object.values(data)[0];
  if (Array.isArray(first) && typeof first[0] === "string") return first[0];
  return status >= 500 ? t("fault.server") : t("fault.refused");
}

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function call(method, path, body) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: {
        Accept: "application/json",
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken }),
      },
      body: body ? JSON.stringify(body) : undefined,
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new Fault(0, late ? t("fault.late") : t("fault.network"));
  }
  if (response.status === 204) return null;
  let data = null;
  try {
    data = await response.json();
  } catch {
    if (response.ok) throw new Fault(0, t("fault.server"));
  }
  if ([401, 403].includes(response.status)) {
    document.dispatchEvent(new Event("parley:refused"));
    throw new Fault(response.status, t("fault.refused"));
  }
  if (!response.ok) throw new Fault(response.status, reason(data, response.status), Object.keys(data || {})[0], data);
  return data;
}

export const api = {
  /** @param {string} path */
  get: (path) => call("GET", path),
  /** @param {string} path @param {object} [body] */
  post: (path, body = {}) => call("POST", path, body),
  /** @param {string} path @param {object} body */
  put: (path, body) => call("PUT", path, body),
  /** @param {string} path @param {object} body */
  patch: (path, body) => call("PATCH", path, body),
  /** @param {string} path @param {object} [body] */
  delete: (path, body) => call("DELETE", path, body),
};
