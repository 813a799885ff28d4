/**
 * The form, drawn by django-jsonform's React code. Nothing else touches that library.
 *
 * It fills in blanks as it draws; `baseline` is its data right after, so that they count for
 * nothing. It joins paths by `§`.
 */
import { keepAccessible } from "./accessible.js";

const JOINT = "§";
let count = 0;

/** Whether the library is on the page. */
export function canDraw() {
  return Boolean(window.reactJsonForm && window.ReactDOM);
}

export class Form {
  /**
   * @param {HTMLElement} host emptied and filled
   * @param {object} schema in the library's dialect
   * @param {object} data what fits the schema
   * @param {{path: (string | number)[], reason: string}[]} errors shown at their fields
   * @param {(data: object) => void} onChange
   * @throws where the library cannot draw it
   */
  constructor(host, { schema, data, errors, onChange }) {
    count += 1;
    this.container = document.createElement("div");
    this.container.id = `form-${count}`;
    // The library insists on an input that it writes its data to. Without a name it is not posted.
    const input = document.createElement("input");
    input.type = "hidden";
    input.id = `form-${count}-data`;
    host.replaceChildren(this.container, input);
    const form = window.reactJsonForm.createForm({
      containerId: this.container.id,
      dataInputId: input.id,
      schema,
      data,
      errorMap: errorMap(errors),
    });
    form.render();
    if (!this.container.querySelector(".rjf-form-wrapper")) throw new Error("The form could not be drawn.");
    this.baseline = form.getData();
    form.addEventListener("change", (event) => onChange(event.data));
    this.stop = keepAccessible(this.container);
  }

  /** What stands in the input at `path`; null while that is no number, the empty text for none. */
  literal(path) {
    const input = this.input(path);
    if (!input) return "";
    return input.validity.badInput ? null : input.value;
  }

  /** Moves the focus to the field at `path`, or else to the first one. */
  focus(path) {
    if (!this.focusAt(path)) this.container.querySelector("input, select, textarea")?.focus();
  }

  /** The same, only where there is a field at `path` or within it. Returns whether there is. */
  focusAt(path) {
    const input = path.length ? (this.input(path) ?? this.inputBelow(path)?.input) : null;
    input?.focus();
    return Boolean(input);
  }

  /** Takes the form off the page. */
  remove() {
    this.stop();
    window.ReactDOM.unmountComponentAtNode(this.container);
  }

  /** The input at `path`, or null. */
  input(path) {
    return this.container.querySelector(`[name="${CSS.escape(nameOf(path))}"]`);
  }

  /** The first input within the object or list at `path`, with the number of steps down to it; or null. */
  inputBelow(path) {
    const beginning = nameOf(path) + JOINT;
    const input = this.container.querySelector(`[name^="${CSS.escape(beginning)}"]`);
    return input && { input, depth: input.name.slice(beginning.length).split(JOINT).length };
  }

  /** The path of an input of the form. */
  pathOf(input) {
    const [, ...steps] = input.name.split(JOINT);
    return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  }
}

function nameOf(path) {
  return ["rjf", ...path].join(JOINT);
}

function errorMap(errors) {
  // The library looks each field's name up in it: one may be called `constructor`.
  const map = Object.create(null);
  for (const { path, reason } of errors) (map[path.join(JOINT)] ??= []).push(sentenceCase(reason));
  return map;
}

function sentenceCase(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
