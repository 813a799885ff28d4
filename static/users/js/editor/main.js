/** Turns every `data-editor` of the page into an editor, and ties those of one form together. */
import { Editor } from "./editor.js";
import { showReview } from "./review.js";
import { many } from "./words.js";

const editors = [...document.querySelectorAll("[data-editor]")].map((root) => new Editor(root));
const forms = new Set(editors.map((editor) => editor.textarea.form));
let submitting = null;

function wanted({ root, changes }) {
  const chosen = [...root.closest(".document").querySelectorAll("[data-theirs]:checked")];
  const theirs = new Set(chosen.map((input) => JSON.parse(input.dataset.theirs)));
  return (changes ?? []).filter(({ path }) => !theirs.has(path[0]));
}

for (const form of forms) {
  const own = editors.filter((editor) => editor.textarea.form === form);
  const review = form.querySelector("[data-review]");
  const button = form.querySelector("[data-save]");
  const plain = button?.textContent;
  const update = () => {
    const documents = own.map((editor) => ({ label: editor.label, changes: wanted(editor) }));
    const count = documents.reduce((sum, { changes }) => sum + changes.length, 0);
    if (review) showReview(review, documents);
    if (button) button.textContent = count ? `Save ${many(count, "change")}` : plain;
  };
  for (const editor of own) editor.onUpdate = update;
  // After a conflict: a key for which theirs is chosen stays as it is saved.
  form.addEventListener("change", (event) => event.target.closest(".choice") && update());
  update();
  form.addEventListener("submit", () => {
    submitting = form;
  });
  // Once the browser has put the texts back.
  form.addEventListener("reset", () => setTimeout(() => own.forEach((editor) => editor.adopt())));
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

// A document's label, and links to its errors, lead to its textarea, which may be hidden.
document.addEventListener("click", (event) => {
  const from = event.target.closest("a[href^='#'], label[for]");
  const id = from?.htmlFor ?? from?.hash?.slice(1);
  const editor = editors.find(({ textarea }) => textarea.id === id);
  if (!editor) return;
  event.preventDefault();
  editor.focus();
});
