// A row leads to its page wherever it is pressed: that of its link `[data-row]`, in a new tab with Ctrl, Cmd or
// the middle button. Not from its other links and buttons, nor where text is selected.
const ROWS = "tr, .rows > li, .timeline > li";
const CONTROLS = "a, button, input, label, select, textarea, summary, dialog";

function openRow(event) {
  if (event.defaultPrevented || event.target.closest(CONTROLS) || String(getSelection())) return;
  const link = event.target.closest(ROWS)?.querySelector("a[data-row]");
  if (!link) return;
  if (event.button === 1 || event.ctrlKey || event.metaKey) open(link.href);
  else if (event.button === 0) link.click();
}

document.addEventListener("click", openRow);
document.addEventListener("auxclick", openRow);
