/** Reformats a JSON text by changing its white space only: numbers stay as written. */
import { format } from "jsonc-parser";
import { apply } from "./splice.js";

/** @returns {string} */
export function formatted(text) {
  // jsonc-parser's own applyEdits copies the whole text once for each edit.
  return apply(text, format(text, undefined, { tabSize: 2, insertSpaces: true, eol: "\n" }));
}
