/** What would be saved, old to new, over all documents of one form. */
import { gettext, ngettext } from "../gettext.js";
import { element } from "./element.js";
import { shortened, spelt, titled } from "./words.js";

const MOST = 50;

/**
 * @param {{name: string, changes: import("./compare.js").Change[]}[]} documents
 * @returns {HTMLElement} a line for each change; the keys are named with their document where there are several
 */
export function reviewOf(documents) {
  const rows = documents.flatMap(({ name, changes }) =>
    changes.map((change) => {
      const path = documents.length > 1 ? `${name}.${spelt(change.path)}` : spelt(change.path);
      return { ...change, key: element("code", { className: "key" }, shortened(path)) };
    }),
  );
  return listOf(rows);
}

function listOf(rows) {
  const rest = rows.length - MOST;
  const list = element("div", { className: "diff" }, ...rows.slice(0, MOST).map(row));
  if (rest > 0) list.append(element("p", { className: "quiet" }, ngettext("and %(count)s more change", "and %(count)s more changes", rest)));
  return list;
}

/**
 * Where there is no save bar, on a user's own page: hidden while nothing is changed, and with the titles of the
 * fields as names.
 *
 * @param {HTMLElement} host
 * @param {import("./editor.js").Editor[]} editors
 */
export function showReview(host, editors) {
  const rows = editors.flatMap(({ schema, changes }) =>
    (changes ?? []).map((change) => {
      const title = shortened(titled(schema, change.path));
      return { ...change, key: element("span", { className: "key" }, title) };
    }),
  );
  const total = rows.length;
  host.hidden = total === 0;
  const details = host.querySelector("details") ?? element("details", { className: "review" });
  const words = ngettext("Review %(count)s change", "Review %(count)s changes", total);
  details.replaceChildren(element("summary", {}, words), listOf(rows));
  if (!details.isConnected) host.replaceChildren(details);
}

function row({ key, before, after }) {
  const parts = [key];
  if (before !== undefined) parts.push(value("del", before));
  if (before !== undefined && after !== undefined) parts.push(arrow());
  if (after !== undefined) parts.push(value("ins", after));
  if (before === undefined) parts.push(element("span", { className: "quiet" }, gettext("added")));
  if (after === undefined) parts.push(element("span", { className: "quiet" }, gettext("removed")));
  return element("div", {}, ...parts);
}

function value(name, json) {
  return element(name, {}, element("span", { className: "value" }, shortened(json.replace(/\s+/g, " "))));
}

function arrow() {
  const sign = element("span", { ariaHidden: "true", className: "arrow" }, "→");
  return element("span", {}, sign, element("span", { className: "unseen" }, ` ${gettext("becomes")} `));
}
