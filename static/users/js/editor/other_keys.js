/** What the form of a document leaves alone: keys that the schema does not have, and values that do not fit it. */
import { gettext, ngettext } from "../gettext.js";
import { element } from "./element.js";
import { nodeAt, raw } from "./tree.js";
import { keysIn, shortened, spelt } from "./words.js";

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
  const count = element("span", { className: "quiet tiny" }, ngettext("%(count)s, stays as it is", "%(count)s, stay as they are", paths.length));
  return element(
    "div",
    { className: "section other-keys" },
    element("div", { className: "line" }, element("h3", {}, gettext("Other keys")), count, jump),
    element("dl", { className: "others" }, ...rows),
    ...(rest > 0 ? [element("p", { className: "quiet tiny" }, ngettext("and %(count)s more key", "and %(count)s more keys", rest))] : []),
  );
}

/** @param {import("./fields.js").Misfit[]} misfits @param {(path: (string | number)[]) => HTMLElement | null} jump */
export function misfitNotes(misfits, jump) {
  return misfits.map(({ path, why }) => {
    const button = jump(path);
    const words = button
      ? ` ${why}; ${gettext("the form can't show it.")} `
      : ` ${gettext("can't be changed here; it stays as it is.")}`;
    return element("p", {}, element("code", {}, spelt(path)), words, ...(button ? [button] : []));
  });
}

/** A value on one line: objects and lists by their number of members. */
function preview(text, node) {
  if (node.type === "object") return `{ ${keysIn(node.children.length)} }`;
  if (node.type === "array") return `[ ${ngettext("%(count)s item", "%(count)s items", node.children.length)} ]`;
  return shortened(raw(text, node), MOST_CHARACTERS);
}
