/** Turns every `data-editor` of the page into an editor, and ties those of one form together. */
import { Editor } from "./editor.js";
import { showReview } from "./review.js";
import { many } from "./words.js";

const editors = [...document.querySelectorAll("[data-editor]")].map((root) => new Editor(root));
const forms = new Set(editors.map((editor) => editor.textarea.form));
let submitting = null;

for (const form of forms) {
  const own = editors.filter((editor) => editor.textarea.form === form);
  const review = form.querySelector("[data-review]");
  const button = form.querySelector("[data-save]");
  const plain = button?.textContent;
  const update = () => {
    const documents = own.map(({ label, changes }) => ({ label, changes: changes ?? [] }));
    const count = documents.reduce((sum, { changes }) => sum + changes.length, 0);
    if (review) showReview(review, documents);
    if (button) button.textContent = count ? `Save ${many(count, "change")}` : plain;
  };
  for (const editor of own) editor.onUpdate = update;
  update();
  form.addEventListener("submit", () => {
    submitting = form;
  });
  // The editors' own inputs have names, which are nobody's business.
  form.addEventListener("formdata", ({ formData }) => {
    for (const { root, textarea } of own) {
      const inputs = [...form.elements].filter((input) => root.contains(input) && input !== textarea);
      for (const input of inputs) formData.delete(input.name);
    }
  });
}

window.addEventListener("beforeunload", (event) => {
  if (editors.some((editor) => editor.isDirty && editor.textarea.form !== submitting)) event.preventDefault();
});

// Links to a document's errors lead to its box, which the editor may have hidden.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const editor = link && editors.find(({ textarea }) => `#${textarea.id}` === link.hash);
  if (!editor) return;
  event.preventDefault();
  editor.focus();
});
