/**
 * Small questions to the tree of a JSON text.
 *
 * @typedef {import("jsonc-parser").Node} Node
 */

/** The members of an object, by key. A Map, since a key may be called `__proto__`. */
export function members(node) {
  return new Map(node.children.map((member) => [member.children[0].value, member.children[1]]));
}

/** @returns {Node | undefined} the value at `path`, keys and positions from the top. */
export function nodeAt(tree, path) {
  let node = tree;
  for (const step of path) {
    if (node?.type === "object") node = members(node).get(step);
    else if (node?.type === "array") node = node.children[step];
    else return undefined;
  }
  return node;
}

/** The characters of a node, just as they stand in the text. */
export function raw(text, node) {
  return text.slice(node.offset, node.offset + node.length);
}

/** Where a node ends. */
export function end(node) {
  return node.offset + node.length;
}
