/**
 * What differs between two JSON texts by value. Numbers are compared as they are spelt, since
 * JavaScript would round them; 1 and 1.0 are two values, as on the server.
 *
 * @typedef {{path: (string | number)[], before?: string, after?: string}} Change
 *   A side that lacks the value lacks the entry; both hold JSON text.
 */
import { members, raw } from "./tree.js";

/** @returns {Change[]} the values that differ, objects being looked into, lists not. */
export function changes(before, after) {
  const found = [];
  collect(before, before.tree, after, after.tree, [], found);
  return found;
}

function collect(left, leftNode, right, rightNode, path, found) {
  if (leftNode?.type === "object" && rightNode?.type === "object") {
    const [old, now] = [members(leftNode), members(rightNode)];
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      collect(left, old.get(key), right, now.get(key), [...path, key], found);
    }
  } else if (!same(left, leftNode, right, rightNode)) {
    const change = { path };
    if (leftNode) change.before = raw(left.text, leftNode);
    if (rightNode) change.after = raw(right.text, rightNode);
    found.push(change);
  }
}

function same(left, leftNode, right, rightNode) {
  if (!leftNode || !rightNode || leftNode.type !== rightNode.type) return leftNode === rightNode;
  switch (leftNode.type) {
    case "object": {
      const [old, now] = [members(leftNode), members(rightNode)];
      if (old.size !== now.size) return false;
      return [...old].every(([key, node]) => now.has(key) && same(left, node, right, now.get(key)));
    }
    case "array": {
      const [old, now] = [leftNode.children, rightNode.children];
      return old.length === now.length && old.every((node, index) => same(left, node, right, now[index]));
    }
    case "number":
      return sameNumber(raw(left.text, leftNode), raw(right.text, rightNode));
    default:
      return leftNode.value === rightNode.value;
  }
}

function sameNumber(left, right) {
  if (left === right) return true;
  const isWhole = [left, right].map((literal) => /^-?\d+$/.test(literal));
  if (isWhole[0] !== isWhole[1]) return false;
  return isWhole[0] ? BigInt(left) === BigInt(right) : Number(left) === Number(right);
}
