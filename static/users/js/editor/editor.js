/**
 * The editor of one document. The text of its `<textarea>` is the truth and is what is posted;
 * the form and JSON mode are two views of it. What is not edited stays as it is, byte for byte.
 */
import { gettext } from "../gettext.js";
import { changes } from "./compare.js";
import { element } from "./element.js";
import { project } from "./fields.js";
import { canDraw, Form } from "./form.js";
import { suggestValues } from "./form_suggestions.js";
import { formatted } from "./format.js";
import { Hints, mapName } from "./hints.js";
import { markChanged, markWarnings } from "./marks.js";
import { misfitNotes, otherKeys } from "./other_keys.js";
import { compactBytes, inWords } from "./size.js";
import { apply, replace, resize } from "./splice.js";
import { makeTabs } from "./tabs.js";
import { isPlainDocument, read, sentence } from "./text.js";
import { members, nodeAt } from "./tree.js";
import { valuesAt, warningsOf } from "./warnings.js";
import { changesIn, keysIn, spelt } from "./words.js";
import { WriteBack } from "./write_back.js";

const FORM = gettext("Form");
const JSON_MODE = "JSON";
const NOT_AN_OBJECT = gettext("The document must be an object: keys and values in braces { }.");

export class Editor {
  /** @param {HTMLElement} root holds the textarea, and in its `data-` attributes the rest */
  constructor(root) {
    const { label, schema, problems, maxBytes, advisedBytes, stored, codemirror, formOnly, hints } = root.dataset;
    this.root = root;
    // Around the editor: the head of the document, and its foot.
    this.frame = root.closest(".document");
    this.textarea = root.querySelector("textarea");
    this.name = this.textarea.name;
    this.label = label;
    this.schema = schema ? JSON.parse(schema) : null;
    this.errors = problems ? JSON.parse(problems) : [];
    this.maxBytes = Number(maxBytes);
    this.advisedBytes = Number(advisedBytes ?? Infinity);
    this.hints = new Hints(hints);
    // Users are not warned on their own page: what staff advise each other is not for them.
    this.isWarning = hints !== undefined;
    this.warnings = [];
    this.codemirror = codemirror;
    this.nonce = root.nonce;
    this.isFormOnly = formOnly !== undefined;
    this.opened = read(stored ?? this.textarea.defaultValue);
    this.text = this.textarea.value;
    this.changes = [];
    /** Paths that are checked although they are as they were: the page was opened for them. */
    this.watched = [];
    this.onUpdate = () => {};
    /** Called at once, before the pause after which it is known what has changed. */
    this.onEdit = () => {};
    this.build();
    const hasForm = this.schema && canDraw() && this.drawForm();
    this.hasTabs = hasForm ? !this.isFormOnly : Boolean(this.schema && canDraw());
    this.bar.hidden = hasForm && !this.hasTabs;
    if (!this.hasTabs) this.tabs.drop();
    if (hasForm) this.show(FORM);
    else this.openJson();
    this.update();
  }

  /** The paths that are changed or watched. */
  get checked() {
    return [...(this.changes ?? []).map(({ path }) => path), ...this.watched];
  }

  /** Whether leaving the page would lose something. */
  get isDirty() {
    return this.changes === null || this.changes.length > 0;
  }

  /** On narrow screens one document is shown at a time. */
  reveal() {
    const choice = document.querySelector(`[data-shows="${this.name}"]`);
    if (choice) choice.checked = true;
  }

  /** Moves the focus to the first error, or else into the mode that is open. */
  focus() {
    this.reveal();
    if (this.mode === FORM) this.form.focus(this.errors[0]?.path ?? []);
    else if (this.code) this.code.goTo(0);
    else this.textarea.focus();
  }

  build() {
    const id = this.textarea.id;
    this.formHost = element("div", { className: "editor-form" });
    this.notes = element("div", { className: "editor-notes" });
    this.formPanel = element("div", { id: `${id}-form`, className: "editor-panel" }, this.formHost, this.notes);
    this.codeHost = element("div", { className: "editor-code", hidden: true });
    this.jsonPanel = element("div", { id: `${id}-json`, className: "editor-panel", hidden: true });
    this.tabs = makeTabs(
      gettext("%(document)s: edit as", { document: this.label }),
      [
        { name: FORM, panel: this.formPanel },
        { name: JSON_MODE, panel: this.jsonPanel },
      ],
      (name) => (name === FORM ? this.openForm() : this.openJson()),
    );
    this.formatButton = element("button", { type: "button", className: "button plain tight editor-format" }, gettext("Format"));
    this.formatButton.addEventListener("click", () => this.format());
    this.bar = element("div", { className: "editor-bar" }, this.formatButton, this.tabs.list);
    this.error = element("p", { id: `${id}-problem`, className: "editor-problem", role: "alert", hidden: true });
    this.warningList = element("ul", { className: "editor-warnings", hidden: true });
    this.status = element("p", { className: "editor-status", role: "status" });
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", this.label);
    this.root.classList.add("is-ready");
    // Moving an element takes the focus from it, and a textarea's scroll position.
    this.root.append(this.formPanel, this.jsonPanel, this.error, this.warningList);
    (this.frame?.querySelector("[data-editor-tools]") ?? this.root).prepend(this.bar);
    (this.frame?.querySelector("[data-editor-status]") ?? this.root).append(this.status);
    this.jsonPanel.append(this.textarea, this.codeHost);
    this.textarea.addEventListener("input", () => this.adopt());
  }

  // --- Modes -----------------------------------------------------------------------------

  show(mode) {
    this.mode = mode;
    this.tabs.select(mode);
    this.formatButton.hidden = mode === FORM;
    this.root.classList.toggle("is-form", mode === FORM);
  }

  openForm() {
    if (this.mode === FORM) return;
    if (this.drawForm()) {
      this.show(FORM);
    } else {
      this.show(JSON_MODE);
      this.say(this.whyNoForm());
    }
    this.update();
  }

  async openJson() {
    this.show(JSON_MODE);
    this.update();
    if (this.code) {
      this.code.setText(this.text);
      return;
    }
    // Until it has come, or should it never come, the textarea does.
    this.loading ??= import(this.codemirror).catch(() => null);
    const module = await this.loading;
    if (!module || this.code) return;
    this.code = module.openCode(this.codeHost, this.text, {
      label: `${this.label}, JSON`,
      describedBy: this.error.id,
      nonce: this.nonce,
      suggestions: { document: this.name, schema: this.schema, hints: this.hints },
      problems: (text) => this.problemsOf(text),
      onChange: (text) => this.setText(text),
    });
    this.codeHost.hidden = false;
    this.textarea.hidden = true;
    if (document.activeElement === this.textarea) this.code.goTo(this.textarea.selectionStart);
  }

  /** Moves the focus to the value at `path`, in the form where it has a field for it. */
  goTo(path) {
    this.reveal();
    if (this.mode !== FORM || !this.form.focusAt(path)) this.editInJson(path);
  }

  /** Checks the value at `path` although it has not been changed, and moves the focus there. */
  watch(path) {
    this.watched.push(path);
    this.goTo(path);
    this.update();
  }

  /** To JSON mode, with the cursor at `path`. */
  async editInJson(path) {
    await this.openJson();
    const node = nodeAt(read(this.text).tree, path);
    if (this.code) this.code.goTo(node?.offset ?? 0);
    else this.textarea.focus();
  }

  // --- Form mode -------------------------------------------------------------------------

  /** Draws the form over the present text. False where the text is not one it could edit. */
  drawForm() {
    if (this.form && this.drawnText === this.text) return true;
    const base = read(this.text);
    if (!isPlainDocument(base)) return false;
    this.form?.remove();
    this.form = null;
    const { fields, schema, data, misfits, others } = project(this.schema, base.value);
    try {
      this.form = new Form(this.formHost, {
        schema,
        data,
        // What the server found is about the text it sent back, and no other.
        errors: this.text === this.textarea.defaultValue ? this.errors : [],
        onChange: (now) => this.writeBack(fields, now),
      });
    } catch {
      this.formHost.replaceChildren();
      return false;
    }
    this.back = new WriteBack(base, this.opened, (path) => this.form.literal(path));
    this.drawnText = this.text;
    suggestValues(this.form, this.name, this.hints);
    this.note(misfits, others, base);
    return true;
  }

  writeBack(fields, now) {
    this.drawnText = this.back.text(fields, this.form.baseline, now);
    this.setText(this.drawnText);
  }

  /** Names what the form leaves alone. */
  note(misfits, others, reading) {
    const jump = (path) => (this.isFormOnly ? null : this.jumpButton(gettext("Edit in JSON"), path));
    const notes = misfitNotes(misfits, jump);
    if (others.length && !this.isFormOnly) notes.push(otherKeys(others, reading, jump(others[0])));
    this.notes.replaceChildren(...notes);
    this.notes.hidden = notes.length === 0;
  }

  jumpButton(text, path) {
    const button = element("button", { type: "button", className: "link small" }, text);
    button.addEventListener("click", () => this.editInJson(path));
    return button;
  }

  // --- The text --------------------------------------------------------------------------

  setText(text) {
    if (text === this.text) return;
    this.text = text;
    if (this.textarea.value !== text) this.textarea.value = text;
    this.onEdit();
    this.updateSoon();
  }

  /** Takes over what was typed or put into the textarea past the two modes. */
  adopt() {
    this.setText(this.textarea.value);
    if (this.code) this.code.setText(this.text);
    if (this.mode === FORM && !this.drawForm()) this.openJson();
  }

  /** Puts the text in as if it had been typed, and shows it in the mode that is open. */
  replaceText(text) {
    this.textarea.value = text;
    this.adopt();
    this.update();
  }

  /** Back to the stored document. */
  discard() {
    this.watched = [];
    this.replaceText(this.opened.text);
  }

  /** Sets a key of the document to a value, given as JSON text; without one the key is removed. */
  setKey(key, json) {
    const reading = read(this.text);
    if (!isPlainDocument(reading)) return;
    const { text, tree } = reading;
    const node = members(tree).get(key);
    const position = tree.children.findIndex(({ children: [name] }) => name.value === key);
    if (json === undefined && node) this.replaceText(apply(text, resize(text, tree, new Set([position]), [])));
    else if (json !== undefined && node) this.replaceText(apply(text, [replace(node, json)]));
    else if (json !== undefined) this.replaceText(apply(text, resize(text, tree, new Set(), [{ key, raw: json }])));
  }

  format() {
    const reading = read(this.text);
    if (!reading.tree) {
      this.say(sentence(reading.problems[0]));
      return;
    }
    this.setText(formatted(this.text));
    if (this.code) this.code.setText(this.text);
  }

  /** What is wrong with a text, for JSON mode to mark: the server's own findings included. */
  problemsOf(text) {
    const reading = read(text);
    const ours = reading.problems;
    if (text !== this.textarea.defaultValue || !reading.tree) return ours;
    const theirs = this.errors.map(({ path, reason }) => {
      const node = nodeAt(reading.tree, path) ?? reading.tree;
      return { from: node.offset, to: node.offset + node.length, message: reason, severity: "error" };
    });
    return [...ours, ...theirs, ...this.warningsIn(reading)];
  }

  warningsIn({ text, tree }) {
    if (text !== this.text) return [];
    return this.warnings.flatMap(({ path, message }) => {
      const node = path.length ? nodeAt(tree, path) : undefined;
      return node ? [{ from: node.offset, to: node.offset + node.length, message, severity: "warning" }] : [];
    });
  }

  whyNoForm() {
    const { problems } = read(this.text);
    return problems.length ? sentence(problems[0]) : NOT_AN_OBJECT;
  }

  // --- What is said about it -------------------------------------------------------------

  updateSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.update(), 250);
  }

  update() {
    clearTimeout(this.timer);
    const reading = read(this.text);
    const { tree, problems } = reading;
    this.changes = this.text === this.opened.text ? [] : tree ? changes(this.opened, reading) : null;
    this.say(problems.length ? sentence(problems[0]) : tree.type === "object" ? "" : NOT_AN_OBJECT);
    this.showStatus(tree);
    this.warn(reading);
    if (this.mode === FORM) markChanged(this.form, (this.changes ?? []).map(({ path }) => path));
    this.onUpdate();
  }

  /** Warnings by what is known now, and again once the server has said what others have in these keys. */
  warn(reading) {
    if (!this.isWarning) return;
    const values = reading.tree ? valuesAt(reading, this.checked) : [];
    const before = JSON.stringify(this.warnings);
    this.warnings = warningsOf(reading, values, {
      document: this.name,
      hints: this.hints,
      bytes: this.bytes,
      advisedBytes: this.advisedBytes,
    });
    this.showWarnings();
    // Only then: marking reads the whole text again.
    if (JSON.stringify(this.warnings) !== before) this.code?.lint();
    const names = values.map(({ path }) => mapName(this.name, path));
    this.hints.load(names).then((isMore) => isMore && this.update());
  }

  /** At their fields, and below the document those that no field is drawn for. */
  showWarnings() {
    const rest = this.mode === FORM ? markWarnings(this.form, this.warnings) : this.warnings;
    this.warningList.hidden = rest.length === 0;
    this.warningList.replaceChildren(
      ...rest.map(({ path, message }) =>
        element("li", {}, ...(path.length ? [element("code", {}, spelt(path)), " "] : []), message),
      ),
    );
  }

  showStatus(tree) {
    this.bytes = compactBytes(this.text);
    const parts = [tree ? this.changesInWords() : gettext("Not valid JSON yet")];
    if (!this.isFormOnly || !tree) {
      if (tree?.type === "object") parts.push(keysIn(tree.children.length));
      parts.push(gettext("%(size)s of %(most)s", { size: inWords(this.bytes), most: inWords(this.maxBytes) }));
    }
    if (this.status.textContent === parts.join("")) return;
    this.status.replaceChildren(...parts.map((part) => element("span", {}, part)));
  }

  changesInWords() {
    if (this.changes.length) return changesIn(this.changes.length);
    return this.text === this.opened.text ? gettext("No changes") : gettext("No changes but in layout");
  }

  say(words) {
    this.error.hidden = !words;
    if (this.error.textContent !== words) this.error.textContent = words;
  }
}
