/** Uploads with progress (fetch has none), one request per file. */
import { boot, csrfToken } from "./boot.js";
import { reason } from "./api.js";
import { t } from "./i18n.js";

/**
 * @param {globalThis.File} file
 * @param {(percent: number) => void} progress
 * @returns {{done: Promise<import("./types.js").File>, stop: () => void}}
 */
export function upload(file, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", `${boot.urls.api}attachments/`);
    request.setRequestHeader("X-CSRFToken", csrfToken);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress((event.loaded / event.total) * 100));
    request.addEventListener("load", () => {
      if (request.status === 201 && request.response) resolve(request.response);
      else reject(new Error(reason(request.response, request.status)));
    });
    request.addEventListener("error", () => reject(new Error(t("fault.network"))));
    request.addEventListener("abort", () => reject(new Error("")));
    const body = new FormData();
    body.append("file", file, file.name);
    request.send(body);
  });
  return { done, stop: () => request.abort() };
}
