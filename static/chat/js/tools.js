/** @file The part that comes when a visitor turns to the text box: files, emoji, the picture of a screen. */
import { emoji } from "./emoji.js";
import { addFiles, attach, hasFiles, takeFiles } from "./files.js";
import { addIcons } from "./icons.js";

addIcons("shot", "photo");

export { addFiles, attach, emoji, hasFiles, takeFiles };
