/**
 * Warnings about a document while it is edited. They never keep anyone from saving: they say what may be a
 * mistake, in the values that were changed and in those that the page was opened for.
 *
 * @typedef {{path: (string | number)[], message: string}} Warning
 */
import { gettext } from "../gettext.js";
import { mapName } from "./hints.js";
import { secretKind } from "./secrets.js";
import { inWords } from "./size.js";
import { nodeAt, raw } from "./tree.js";

const MOST_VALUES = 500;
/** A type that at least this share of the users has is as usual as any other. */
const USUAL_SHARE = 0.1;
const TYPE_NAMES = {
  string: gettext("text"),
  number: gettext("a number"),
  boolean: gettext("true or false"),
  object: gettext("an object"),
  array: gettext("a list"),
};

/**
 * @param {import("./text.js").Reading} reading
 * @param {(string | number)[][]} paths of the values to be checked, with all that they hold
 * @returns {{path: (string | number)[], key: string | undefined, node: import("jsonc-parser").Node}[]}
 */
export function valuesAt(reading, paths) {
  const found = [];
  const waiting = paths.map((path) => ({ path, node: nodeAt(reading.tree, path) }));
  while (waiting.length && found.length < MOST_VALUES) {
    const { path, node } = waiting.shift();
    if (!node) continue;
    found.push({ path, key: path.filter((step) => typeof step === "string").at(-1), node });
    if (node.type === "object") {
      for (const { children: [key, value] } of node.children) waiting.push({ path: [...path, key.value], node: value });
    } else if (node.type === "array") {
      node.children.forEach((child, index) => waiting.push({ path: [...path, index], node: child }));
    }
  }
  return found;
}

/**
 * @param {import("./text.js").Reading} reading
 * @param {ReturnType<typeof valuesAt>} values
 * @param {{document: string, hints: import("./hints.js").Hints, bytes: number, advisedBytes: number}} about
 * @returns {Warning[]} of each value at most one
 */
export function warningsOf(reading, values, { document, hints, bytes, advisedBytes }) {
  const found = [];
  for (const { path, key, node } of values) {
    const message = secretWarning(reading, key, node) ?? typeWarning(path, node, hints.get(mapName(document, path)));
    if (message) found.push({ path, message });
  }
  if (bytes > advisedBytes) found.push({ path: [], message: sizeWarning(bytes, advisedBytes) });
  return found;
}

/** The rule of the size, also where it is the only one. */
export function sizeWarning(bytes, advisedBytes) {
  return gettext(
    "%(size)s of data, more than the %(advised)s advised: the profile is read at every sign-in. Store large or frequently changing data in a database of your own, with the user_id as key.",
    { size: inWords(bytes), advised: inWords(advisedBytes) },
  );
}

function secretWarning(reading, key, node) {
  if (node.type !== "string" && node.type !== "number") return null;
  const kind = secretKind(key, node.type === "string" ? node.value : raw(reading.text, node));
  return kind && gettext("This looks like %(kind)s. Do not store secrets in a profile.", { kind });
}

/** A type that hardly any user has in this key. Null is no type of its own: it stands for "no value". */
function typeWarning(path, node, hint) {
  if (!hint || node.type === "null") return null;
  // What a survey counts for a value in a list is the list's items.
  const counts = typeof path.at(-1) === "number" ? hint.items : hint.types;
  const types = Object.entries(counts).filter(([type]) => type !== "null");
  const total = types.reduce((sum, [, count]) => sum + count, 0);
  // One user alone, who may be this one, sets no rule.
  if (total < 2 || (counts[node.type] ?? 0) >= USUAL_SHARE * total) return null;
  const [usual, count] = types.sort((left, right) => right[1] - left[1])[0];
  const share = Math.min(Math.round((100 * count) / total), count < total ? 99 : 100);
  return gettext("This is %(type)s; %(share)s of the users with this key have %(usual)s.", {
    type: TYPE_NAMES[node.type],
    share: `${share} %`,
    usual: TYPE_NAMES[usual],
  });
}
