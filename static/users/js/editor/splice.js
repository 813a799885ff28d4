/**
 * Text edits inside one object or list of a JSON text. Bytes that need not change do not: the
 * spacing of what is added copies its neighbours, which jsonc-parser's `modify` would either
 * ignore or reformat along with whatever else stands on the line.
 *
 * @typedef {{offset: number, length: number, content: string}} Edit
 * @typedef {import("./layout.js").Piece} Piece
 */
import { layout, unitOf } from "./layout.js";
import { end } from "./tree.js";

/** Applies edits that do not overlap, in one pass. At one offset, insertions come first. */
export function apply(text, edits) {
  const sorted = [...edits].sort((a, b) => a.offset - b.offset || a.length - b.length);
  const parts = [];
  let position = 0;
  for (const { offset, length, content } of sorted) {
    parts.push(text.slice(position, offset), content);
    position = offset + length;
  }
  return parts.join("") + text.slice(position);
}

/** @returns {Edit} that puts other characters in place of a node. */
export function replace(node, content) {
  return { offset: node.offset, length: node.length, content };
}

/**
 * Removes children of an object or a list and adds others behind what stays.
 *
 * @param {string} text
 * @param {import("jsonc-parser").Node} node the object or list
 * @param {Set<number>} removed positions of children
 * @param {Piece[]} added
 * @returns {Edit[]}
 */
export function resize(text, node, removed, added) {
  const children = node.children;
  const stays = children.map((_, index) => index).filter((index) => !removed.has(index));
  const style = styleOf(text, node);
  if (stays.length === 0) {
    const inside = added.map((piece) => layout(piece, style)).join(`,${style.between}`);
    const content = added.length ? style.first + inside + style.last : "";
    return [{ offset: node.offset + 1, length: node.length - 2, content }];
  }
  const edits = [...removed].map((index) => {
    // With the comma before it, or, where nothing stays before it, with the comma behind it.
    const [from, to] =
      index > stays[0]
        ? [end(children[index - 1]), end(children[index])]
        : [children[index].offset, children[index + 1].offset];
    return { offset: from, length: to - from, content: "" };
  });
  if (added.length) {
    const content = added.map((piece) => `,${style.between}${layout(piece, style)}`).join("");
    edits.push({ offset: end(children[stays.at(-1)]), length: 0, content });
  }
  return edits;
}

/** How children of this object or list are spaced. */
function styleOf(text, node) {
  const children = node.children;
  const unit = unitOf(text);
  if (children.length === 0) {
    if (!text.includes("\n") && text.trim() !== "{}") return { ...flat(text), first: "", last: "" };
    const outer = indentAt(text, node.offset);
    const inner = `\n${outer}${unit}`;
    return { first: inner, between: inner, last: `\n${outer}`, colon: ": ", indent: outer + unit, unit };
  }
  const first = text.slice(node.offset + 1, children[0].offset);
  const last = text.slice(end(children.at(-1)), end(node) - 1);
  const colon = colonOf(text, children[0]);
  if (!first.includes("\n")) return { ...flat(text, colon, children), first, last };
  const indent = first.slice(first.lastIndexOf("\n") + 1);
  return { first, between: `\n${indent}`, last, colon: colon ?? ": ", indent, unit };
}

/** Everything on one line. */
function flat(text, colon, children = []) {
  const afterComma = children.length > 1 ? text.slice(end(children[0]), children[1].offset) : undefined;
  const spaced = colon === undefined ? /[:,] /.test(text) : colon.endsWith(" ");
  const between = afterComma?.slice(afterComma.indexOf(",") + 1) ?? (spaced ? " " : "");
  return { between, colon: colon ?? (spaced ? ": " : ":"), indent: undefined, unit: "" };
}

function colonOf(text, member) {
  if (member.type !== "property") return undefined;
  const [key, value] = member.children;
  return text.slice(end(key), value.offset);
}

/** The blanks at the beginning of the line. */
function indentAt(text, offset) {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))[0];
}
