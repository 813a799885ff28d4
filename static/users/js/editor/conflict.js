/**
 * After another user has saved the same document: the choice between both values of each key. The chosen value
 * is in the editor at once, so that what is seen is what will be saved.
 */

/** @param {HTMLElement} section @param {import("./editor.js").Editor[]} editors */
export function attachConflict(section, editors) {
  const editorOf = (element) => editors.find(({ name }) => name === element.closest("[data-document]").dataset.document);
  section.addEventListener("change", (event) => {
    const { key, value } = event.target.dataset;
    if (key !== undefined) editorOf(event.target)?.setKey(JSON.parse(key), value);
  });
  section.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-key]");
    if (!link) return;
    event.preventDefault();
    editorOf(link)?.goTo([JSON.parse(link.dataset.key)]);
  });
  section.focus();
}
