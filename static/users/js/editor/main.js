/** Turns every `data-editor` of the page into an editor, and ties those of one form together. */
import { ngettext } from "../gettext.js";
import { attachConflict } from "./conflict.js";
import { Editor } from "./editor.js";
import { keepFocusAbove, SaveBar } from "./save_bar.js";
import { showReview } from "./review.js";

const editors = [...document.querySelectorAll("[data-editor]")].map((root) => new Editor(root));
const forms = new Set(editors.map((editor) => editor.textarea.form));
let submitting = null;

for (const form of forms) {
  const own = editors.filter((editor) => editor.textarea.form === form);
  const update = updaterOf(form, own);
  for (const editor of own) editor.onUpdate = update;
  update();
  form.addEventListener("submit", () => {
    submitting = form;
  });
  // Once the browser has put the texts back.
  form.addEventListener("reset", () => setTimeout(() => own.forEach((editor) => editor.adopt())));
  // The inputs that the editors draw have names; only the documents are posted.
  form.addEventListener("formdata", ({ formData }) => {
    for (const { root, textarea } of own) {
      const inputs = [...form.elements].filter((input) => root.contains(input) && input !== textarea);
      for (const input of inputs) formData.delete(input.name);
    }
  });
}

/** What follows each change: the save bar or, on a user's own page, a review and the words of the button. */
function updaterOf(form, own) {
  const bar = form.querySelector("[data-save-bar]");
  if (bar) {
    const saveBar = new SaveBar(bar, own, () => own.forEach((editor) => editor.discard()));
    return () => saveBar.update();
  }
  const button = form.querySelector("[data-save]");
  const review = form.querySelector("[data-review]");
  const plain = button?.textContent;
  if (review) {
    keepFocusAbove(review.parentElement);
    // At once: `onUpdate` waits for a pause after the last key.
    for (const editor of own) {
      editor.onEdit = () => {
        button.disabled = false;
      };
    }
  }
  return () => {
    if (review) {
      showReview(review, own);
      // Invalid JSON is saved, too: the server says what is wrong with it.
      button.disabled = own.every(({ changes }) => changes?.length === 0);
    }
    const count = own.reduce((sum, { changes }) => sum + (changes ?? []).length, 0);
    if (button) button.textContent = count ? ngettext("Save %(count)s change", "Save %(count)s changes", count) : plain;
  };
}

const conflict = document.querySelector("[data-conflict]");
if (conflict) attachConflict(conflict, editors);

// A link to a key of a document, such as `#app_metadata.plan`, leads to its field and checks its value.
const [named, ...path] = decodeURIComponent(location.hash.slice(1)).split(".");
if (path.length) editors.find(({ name }) => name === named)?.watch(path);

window.addEventListener("beforeunload", (event) => {
  if (editors.some((editor) => editor.isDirty && editor.textarea.form !== submitting)) event.preventDefault();
});

// A document's label, and links to its errors, lead to its textarea, which may be hidden.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented) return;
  const from = event.target.closest("a[href^='#'], label[for]");
  const id = from?.htmlFor ?? from?.hash?.slice(1);
  const editor = editors.find(({ textarea }) => textarea.id === id);
  if (!editor) return;
  event.preventDefault();
  editor.focus();
});
