/** What the form of a document leaves alone: keys that the schema does not have, and values that do not fit it. */
import { element } from "./element.js";
import { nodeAt, raw } from "./tree.js";
import { many, shortened, spelt } from "./words.js";

const MOST_KEYS = 5;
const MOST_CHARACTERS = 60;

/**
 * @param {(string | number)[][]} paths of keys that no field is drawn for
 * @param {import("./text.js").Reading} reading
 * @param {HTMLElement} jump leads to the first of them in JSON mode
 */
export function otherKeys(paths, reading, jump) {
  const rows = paths.slice(0, MOST_KEYS).flatMap((path) => [
    element("dt", {}, shortened(spelt(path), MOST_CHARACTERS)),
    element("dd", {}, preview(reading.text, nodeAt(reading.tree, path))),
  ]);
  const rest = paths.length - MOST_KEYS;
  const count = element("span", { className: "quiet tiny" }, `${paths.length.toLocaleString("en")}, kept as they are`);
  return element(
    "div",
    { className: "section other-keys" },
    element("div", { className: "line" }, element("h3", {}, "Other keys"), count, jump),
    element("dl", { className: "others" }, ...rows),
    ...(rest > 0 ? [element("p", { className: "quiet tiny" }, `and ${many(rest, "more key")}`)] : []),
  );
}

/** @param {import("./fields.js").Misfit[]} misfits @param {(path: (string | number)[]) => HTMLElement | null} jump */
export function misfitNotes(misfits, jump) {
  return misfits.map(({ path, why }) => {
    const button = jump(path);
    const words = button ? ` ${why}; the form can't show it. ` : " can't be changed here; it stays as it is.";
    return element("p", {}, element("code", {}, spelt(path)), words, ...(button ? [button] : []));
  });
}

/** A value on one line: objects and lists by their number of members. */
function preview(text, node) {
  if (node.type === "object") return `{ ${many(node.children.length, "key")} }`;
  if (node.type === "array") return `[ ${many(node.children.length, "item")} ]`;
  return shortened(raw(text, node), MOST_CHARACTERS);
}
