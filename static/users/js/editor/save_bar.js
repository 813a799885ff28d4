/**
 * The bar that saves the documents of one form: it names what is changed, lists it for review, and warns.
 * Saving is a press on its button, or Ctrl+S; Enter in a field of a document opens the review first.
 */
import { gettext, ngettext } from "../gettext.js";
import { element } from "./element.js";
import { reviewOf } from "./review.js";
import { changesIn, spelt } from "./words.js";

const MOST_NAMES = 4;

export class SaveBar {
  /**
   * @param {HTMLElement} bar
   * @param {import("./editor.js").Editor[]} editors of the same form
   * @param {() => void} onDiscard
   */
  constructor(bar, editors, onDiscard) {
    this.bar = bar;
    this.form = bar.closest("form");
    this.editors = editors;
    this.details = bar.querySelector("[data-review]");
    this.count = this.details.querySelector("[data-count]");
    this.names = this.details.querySelector("[data-names]");
    this.badge = this.details.querySelector("[data-warnings]");
    this.list = this.details.querySelector("[data-changes]");
    this.button = bar.querySelector("[data-save]");
    this.announcer = bar.querySelector("[role=status]");
    this.details.hidden = false;
    for (const editor of editors) {
      editor.onEdit = () => {
        this.button.disabled = false;
      };
    }
    bar.querySelector("[data-discard]").addEventListener("click", (event) => {
      event.preventDefault();
      onDiscard();
    });
    this.form.addEventListener("keydown", (event) => this.onEnter(event));
    document.addEventListener("keydown", (event) => this.onShortcut(event));
    keepFocusAbove(bar);
  }

  update() {
    const documents = this.editors.map(({ name, changes }) => ({ name, changes: changes ?? [] }));
    const changes = documents.flatMap((document) => document.changes);
    const broken = this.editors.filter((editor) => editor.changes === null);
    const warnings = this.editors.flatMap((editor) => editor.warnings.map((warning) => ({ editor, warning })));
    this.count.textContent = changes.length ? changesIn(changes.length) : broken.length ? "" : gettext("No changes");
    this.names.textContent = [
      ...broken.map(({ label }) => gettext("%(document)s is not valid JSON", { document: label })),
      ...(changes.length ? [named(changes)] : []),
    ].join(" · ");
    this.badge.hidden = !warnings.length;
    this.badge.textContent = ngettext("%(count)s warning", "%(count)s warnings", warnings.length);
    this.list.replaceChildren(...warnings.map(line), reviewOf(documents));
    this.button.textContent = changes.length
      ? ngettext("Save %(count)s change", "Save %(count)s changes", changes.length)
      : gettext("Save changes");
    this.button.disabled = !changes.length && !broken.length;
    this.say(warnings.map(({ warning }) => warning.message).join(" "));
  }

  /** Warnings are read out once, when they appear. */
  say(words) {
    if (this.announcer.textContent !== words) this.announcer.textContent = words;
  }

  onEnter(event) {
    const isField = event.target.matches("[data-editor] input");
    if (event.key !== "Enter" || !isField || event.isComposing) return;
    event.preventDefault();
    this.updateNow();
    if (this.button.disabled) return;
    this.details.open = true;
    this.button.focus();
  }

  onShortcut(event) {
    const isSave = event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isSave) return;
    // Also where there is nothing to save: the browser would offer to save the page as a file.
    event.preventDefault();
    this.updateNow();
    if (!this.button.disabled) this.form.requestSubmit(this.button);
  }

  /** Without the pause after the last key. */
  updateNow() {
    for (const editor of this.editors) editor.update();
  }
}

/**
 * Has the browser stop above the bar, however high it is, where it scrolls to what gets the focus.
 *
 * @param {HTMLElement} bar stays at the foot of the window
 */
export function keepFocusAbove(bar) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--save-height", `${bar.offsetHeight}px`);
  }).observe(bar);
  // Of a text area the browser brings only the line of the cursor into view.
  bar.closest("form").addEventListener("focusin", ({ target }) => {
    if (target.matches("textarea")) target.scrollIntoView({ block: "nearest" });
  });
}

function named(changes) {
  const names = changes.map(({ path }) => spelt(path));
  const rest = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(", ") + (rest > 0 ? ` ${ngettext("and %(count)s more", "and %(count)s more", rest)}` : "");
}

function line({ editor, warning }) {
  const place = warning.path.length ? element("code", {}, spelt(warning.path)) : `${editor.label}:`;
  const badge = element("span", { className: "badge warn" }, gettext("Warning"));
  return element("p", { className: "review-warning" }, badge, " ", place, ` ${warning.message}`);
}
