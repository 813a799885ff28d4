/**
 * The editor of a rule: CodeMirror over its textarea, the engine's syntax errors at their line, Ctrl+S, a warning before
 * unsaved text is left, and *Try it* without leaving the page.
 */
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { indentUnit } from "@codemirror/language";
import { linter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { commonExtensions } from "../editor/setup.js";
import { gettext } from "../gettext.js";

const PAUSE = 500;

const form = document.querySelector("[data-rule-form]");
const box = form.querySelector("[data-script]");
const textarea = box.querySelector("textarea");
const problemLine = box.querySelector("[data-problem]");
const unsaved = form.querySelector("[data-unsaved]");
const stored = new URLSearchParams(new FormData(form)).toString();
// A refused form is not what is stored.
let isDirty = box.dataset.typed === "true";
let isSubmitting = false;

const parent = document.createElement("div");
parent.className = "editor-code";
textarea.hidden = true;
textarea.before(parent);
const view = new EditorView({
  parent,
  state: EditorState.create({
    doc: textarea.value,
    extensions: [
      commonExtensions({
        label: textarea.labels[0].textContent,
        nonce: box.nonce,
        onChange(text) {
          textarea.value = text;
          noteChange();
        },
      }),
      javascriptLanguage,
      indentUnit.of("  "),
      linter(findProblems, { delay: PAUSE }),
    ],
  }),
});
box.classList.add("is-ready");

function noteChange() {
  isDirty = true;
  unsaved.textContent = gettext("Unsaved changes");
}

function noteField() {
  const typed = new URLSearchParams(new FormData(form)).toString();
  if (typed !== stored) noteChange();
}
for (const field of form.querySelectorAll("[name=name], [name=is_enabled]")) field.addEventListener("input", noteField);
if (isDirty) noteChange();

/** What the engine says of the text: it decides what can be saved, not the editor's own parser. */
async function findProblems(view) {
  const body = new FormData();
  body.set("script", view.state.doc.toString());
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(form.dataset.syntax, { method: "POST", body });
    if (!answer.ok || answer.redirected) return [];
    const { problem } = await answer.json();
    return show(problem);
  } catch {
    // Saving says the same.
    return [];
  }
}

function show(problem) {
  problemLine.hidden = !problem;
  if (!problem) return [];
  const { message, line, column } = problem;
  problemLine.textContent = gettext("Line %(line)s: %(message)s", { line, message });
  return [diagnostic(message, line, column)];
}

function diagnostic(message, line, column = 1) {
  const place = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  const from = Math.min(place.from + column - 1, place.to);
  return { from, to: place.to, severity: "error", message };
}

function goTo(line) {
  view.dispatch({ selection: { anchor: diagnostic("", line).from }, scrollIntoView: true });
  view.focus();
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.matches("[data-try]")) {
    event.preventDefault();
    tryRule(event.submitter);
    return;
  }
  isSubmitting = true;
});

document.addEventListener("keydown", (event) => {
  const isSave = event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!isSave) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-save]"));
});

// Enter saves; the first button of the form would try.
form.elements.name.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-save]"));
});

window.addEventListener("beforeunload", (event) => {
  if (isDirty && !isSubmitting) event.preventDefault();
});

// Links to the script's field lead to its textarea, which is hidden.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link) return;
  if (link.dataset.goTo) {
    event.preventDefault();
    goTo(Number(link.dataset.goTo));
  } else if (link.hash.slice(1) === textarea.id) {
    event.preventDefault();
    view.focus();
  }
});

async function tryRule(button) {
  const result = form.querySelector("[data-try-result]");
  const fields = form.querySelector("[data-try-fields]");
  button.setAttribute("aria-disabled", "true");
  result.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(location.href, { method: "POST", body: new FormData(form, button) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-try-result]");
    // Signed out meanwhile: the page of the server says so.
    if (!found) return HTMLFormElement.prototype.submit.call(form);
    result.replaceChildren(...found.childNodes);
    fields.replaceWith(page.querySelector("[data-try-fields]"));
    const failed = result.querySelector("[data-line]");
    if (failed) {
      const { line, message } = failed.dataset;
      view.dispatch(setDiagnostics(view.state, [diagnostic(message, Number(line))]));
    }
    (result.querySelector("h2") ?? form.querySelector("[data-try-fields] [aria-invalid]"))?.focus();
  } finally {
    button.removeAttribute("aria-disabled");
    result.removeAttribute("aria-busy");
  }
}
