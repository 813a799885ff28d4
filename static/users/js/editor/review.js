/** "Review before save": what would change, old to new, over all documents of one form. */
import { element } from "./element.js";
import { many, shortened, spelt } from "./words.js";

const MOST = 50;

/**
 * @param {HTMLElement} host the place in the page, hidden while nothing is changed
 * @param {{label: string, changes: import("./compare.js").Change[]}[]} documents
 */
export function showReview(host, documents) {
  const changed = documents.filter(({ changes }) => changes.length);
  const total = changed.reduce((sum, { changes }) => sum + changes.length, 0);
  host.hidden = total === 0;
  if (total === 0) return;
  const details = host.querySelector("details") ?? element("details", { className: "review" });
  const summary = element("summary", {}, "Review before save ", element("span", { className: "quiet" }, many(total, "change")));
  const lists = changed.flatMap(({ label, changes }) => [
    ...(documents.length > 1 ? [element("h3", {}, label)] : []),
    element("dl", { className: "review-list" }, ...changes.slice(0, MOST).flatMap(row)),
    ...(changes.length > MOST ? [element("p", { className: "quiet" }, `and ${many(changes.length - MOST, "more change")}`)] : []),
  ]);
  details.replaceChildren(summary, ...lists);
  if (!details.isConnected) host.replaceChildren(details);
}

function row({ path, before, after }) {
  const term = element("dt", {}, element("code", {}, spelt(path)));
  if (before === undefined) return [term, element("dd", {}, word("added"), value("ins", after))];
  if (after === undefined) return [term, element("dd", {}, word("removed"), value("del", before))];
  return [term, element("dd", {}, value("del", before), arrow(), value("ins", after))];
}

function word(text) {
  return element("span", { className: "review-word" }, text);
}

function value(name, json) {
  return element(name, {}, element("code", {}, shortened(json.replace(/\s+/g, " "))));
}

function arrow() {
  const sign = element("span", { ariaHidden: "true", className: "review-arrow" }, "→");
  return element("span", {}, sign, element("span", { className: "unseen" }, " becomes "));
}
