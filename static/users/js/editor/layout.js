/**
 * Writes new values as JSON text that looks like its neighbours.
 *
 * @typedef {{key?: string} & ({raw: string} | {object: Piece[]} | {list: Piece[]})} Piece
 *   A value to be written; `raw` is JSON text already, members of an object have a `key`.
 * @typedef {{colon: string, indent?: string, unit: string}} Style
 *   `indent` is the one of the value's own line; without it everything stays on one line.
 */

/** @param {Piece} piece @param {Style} style */
export function layout(piece, style) {
  const head = piece.key === undefined ? "" : JSON.stringify(piece.key) + style.colon;
  if ("raw" in piece) return head + piece.raw;
  const [open, close, inner] = "object" in piece ? ["{", "}", piece.object] : ["[", "]", piece.list];
  if (inner.length === 0) return head + open + close;
  if (style.indent === undefined) {
    const space = style.colon.endsWith(" ") ? " " : "";
    return head + open + inner.map((child) => layout(child, style)).join(`,${space}`) + close;
  }
  const deeper = { ...style, indent: style.indent + style.unit };
  const lines = inner.map((child) => `\n${deeper.indent}${layout(child, deeper)}`);
  return `${head}${open}${lines.join(",")}\n${style.indent}${close}`;
}

/** One step of indentation, as the text has it. */
export function unitOf(text) {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
}
