// "/" anywhere on a staff page leads to the search; Escape leads back.
const box = document.querySelector("#searchbar, #frame_search");
let cameFrom = null;

function isTyping(element) {
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !isTyping(event.target)) {
    event.preventDefault();
    cameFrom = event.target;
    box.focus();
    box.select();
  } else if (event.key === "Escape" && event.target === box && cameFrom) {
    cameFrom.focus();
  }
});
