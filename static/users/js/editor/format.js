/** Lays a JSON text out anew by moving its white space alone: numbers stay as they are spelt. */
import { format } from "jsonc-parser";
import { apply } from "./splice.js";

/** @returns {string} */
export function formatted(text) {
  // jsonc-parser's own applyEdits copies the whole text once for each edit.
  return apply(text, format(text, undefined, { tabSize: 2, insertSpaces: true, eol: "\n" }));
}
