/** A photo as the desk keeps it: the middle square, redrawn small by this browser, nothing else of the file. */
import { t } from "../lib/i18n.js";

/** @param {File} file @param {number} side @returns {Promise<string>} a PNG in base64 */
export async function squared(file, side) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error(t("you.picture"));
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d", { alpha: false });
  if (!pen) throw new Error(t("you.picture"));
  const edge = Math.min(picture.width, picture.height);
  const top = Math.min((picture.height - edge) / 2, picture.height * 0.1); // heads are near the top
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side, side);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, (picture.width - edge) / 2, top, edge, edge, 0, 0, side, side);
  picture.close();
  return canvas.toDataURL("image/png").split(",")[1];
}
