/**
 * The editor of one document. The text of its `<textarea>` is the truth and is what is posted;
 * the form and JSON mode are two views of it. What nobody edits stays as it is, byte for byte.
 */
import { changes } from "./compare.js";
import { element } from "./element.js";
import { project } from "./fields.js";
import { canDraw, Form } from "./form.js";
import { formatted } from "./format.js";
import { compactBytes, inWords } from "./size.js";
import { makeTabs } from "./tabs.js";
import { isPlainDocument, read, sentence } from "./text.js";
import { nodeAt } from "./tree.js";
import { many, shortened, spelt } from "./words.js";
import { WriteBack } from "./write_back.js";

const FORM = "Form";
const JSON_MODE = "JSON";
const MOST_NAMES = 12;
const NOT_AN_OBJECT = "The document must be an object: keys and values in braces { }.";

export class Editor {
  /** @param {HTMLElement} root holds the textarea, and in its `data-` attributes the rest */
  constructor(root) {
    const { label, schema, problems, maxBytes, stored, codemirror, formOnly } = root.dataset;
    this.root = root;
    this.textarea = root.querySelector("textarea");
    this.label = label;
    this.schema = schema ? JSON.parse(schema) : null;
    this.errors = problems ? JSON.parse(problems) : [];
    this.maxBytes = Number(maxBytes);
    this.codemirror = codemirror;
    this.nonce = root.nonce;
    this.isFormOnly = formOnly !== undefined;
    this.opened = read(stored ?? this.textarea.defaultValue);
    this.text = this.textarea.value;
    this.changes = [];
    this.onUpdate = () => {};
    this.build();
    const hasForm = this.schema && canDraw() && this.drawForm();
    this.hasTabs = hasForm ? !this.isFormOnly : Boolean(this.schema && canDraw());
    this.bar.hidden = hasForm && !this.hasTabs;
    if (!this.hasTabs) this.tabs.drop();
    if (hasForm) this.show(FORM);
    else this.openJson();
    this.update();
  }

  /** Whether leaving the page would lose something. */
  get isDirty() {
    return this.changes === null || this.changes.length > 0;
  }

  /** Moves the focus to the first error, or else into the mode that is open. */
  focus() {
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
      `${this.label}: edit as`,
      [
        { name: FORM, panel: this.formPanel },
        { name: JSON_MODE, panel: this.jsonPanel },
      ],
      (name) => (name === FORM ? this.openForm() : this.openJson()),
    );
    this.formatButton = element("button", { type: "button", className: "editor-format" }, "Format");
    this.formatButton.addEventListener("click", () => this.format());
    this.bar = element("div", { className: "editor-bar" }, this.tabs.list, this.formatButton);
    this.error = element("p", { id: `${id}-problem`, className: "editor-problem", role: "alert", hidden: true });
    this.status = element("p", { className: "editor-status", role: "status" });
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", this.label);
    this.root.classList.add("is-ready");
    // Moving an element takes the focus from it, and a textarea's scroll position.
    this.root.append(this.bar, this.formPanel, this.jsonPanel, this.error, this.status);
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
      problems: (text) => this.problemsOf(text),
      onChange: (text) => this.setText(text),
    });
    this.codeHost.hidden = false;
    this.textarea.hidden = true;
    if (document.activeElement === this.textarea) this.code.goTo(this.textarea.selectionStart);
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
    this.note(misfits, others);
    return true;
  }

  writeBack(fields, now) {
    this.drawnText = this.back.text(fields, this.form.baseline, now);
    this.setText(this.drawnText);
  }

  /** Names what the form leaves alone. */
  note(misfits, others) {
    const lines = misfits.map(({ path, why }) =>
      this.isFormOnly
        ? element("p", {}, element("code", {}, spelt(path)), " can't be changed here; it stays as it is.")
        : element(
            "p",
            {},
            element("code", {}, spelt(path)),
            ` ${why}; the form can't show it. `,
            this.jumpButton("Edit in JSON", path),
          ),
    );
    if (others.length && !this.isFormOnly) {
      const names = others.slice(0, MOST_NAMES).flatMap((path) => [element("code", {}, shortened(spelt(path), 40)), " "]);
      const rest = others.length > MOST_NAMES ? [`and ${many(others.length - MOST_NAMES, "more key")} `] : [];
      lines.push(
        element("p", {}, "Other keys, kept as they are: ", ...names, ...rest, this.jumpButton("Edit in JSON", others[0])),
      );
    }
    this.notes.replaceChildren(...lines);
    this.notes.hidden = lines.length === 0;
  }

  jumpButton(text, path) {
    const button = element("button", { type: "button", className: "link" }, text);
    button.addEventListener("click", () => this.editInJson(path));
    return button;
  }

  // --- The text --------------------------------------------------------------------------

  setText(text) {
    if (text === this.text) return;
    this.text = text;
    if (this.textarea.value !== text) this.textarea.value = text;
    this.updateSoon();
  }

  /** Takes over what was typed or put into the textarea past the two modes. */
  adopt() {
    this.setText(this.textarea.value);
    if (this.code) this.code.setText(this.text);
    if (this.mode === FORM && !this.drawForm()) this.openJson();
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
    return [...ours, ...theirs];
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
    const words = this.statusOf(tree);
    if (this.status.textContent !== words) this.status.textContent = words;
    this.onUpdate();
  }

  statusOf(tree) {
    const words = tree ? this.changesInWords() : "Not valid JSON yet";
    if (this.isFormOnly && tree) return words;
    const keys = tree?.type === "object" ? [many(tree.children.length, "key")] : [];
    return [words, ...keys, `${inWords(compactBytes(this.text))} of ${inWords(this.maxBytes)}`].join(" · ");
  }

  changesInWords() {
    if (this.changes.length) return many(this.changes.length, "unsaved change");
    return this.text === this.opened.text ? "No changes" : "No changes but in layout";
  }

  say(words) {
    this.error.hidden = !words;
    if (this.error.textContent !== words) this.error.textContent = words;
  }
}
