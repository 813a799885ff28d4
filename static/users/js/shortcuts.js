// Shortcuts of single keys, which never act in fields and can be turned off (WCAG 2.1.4); the arrow keys in
// lists; and the dialog that names them all.
import { readStored, store } from "./storage.js";

const KEY = "shortcuts";
const FIELDS = "input, textarea, select, [contenteditable], [role=textbox]";
const ROWS = "main tbody > tr, main .rows > li, main .timeline > li, main .entries > li, main .log > li";

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const dialog = document.querySelector("#shortcuts");
const search = document.querySelector("#searchbar, #frame_search");
let cameFrom = null;
// For as long as the page, where the browser stores nothing.
let isOff = false;

function read() {
  const stored = readStored("localStorage", KEY);
  if (stored !== null) isOff = stored === "off";
  return isOff;
}

function write(value) {
  isOff = value;
  store("localStorage", KEY, value ? "off" : "on");
}

export function showShortcuts() {
  const box = dialog.querySelector("input");
  box.checked = !read();
  dialog.showModal();
}

// The link of each row, by which the keyboard moves through lists.
function links() {
  const found = [...document.querySelectorAll(ROWS)].map(
    (row) => row.querySelector("[data-row]") ?? row.querySelector("a[href]"),
  );
  return found.filter((link) => link?.checkVisibility());
}

function move(step) {
  const all = links();
  const here = document.activeElement.closest(ROWS);
  const at = all.findIndex((link) => link.closest(ROWS) === here);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  const link = all[next];
  if (!link) return;
  link.focus();
  link.scrollIntoView({ block: "nearest" });
}

function find() {
  if (!search) return;
  cameFrom = document.activeElement;
  search.focus();
  search.select();
}

const SINGLE_KEYS = { "/": find, "?": showShortcuts, j: () => move(1), k: () => move(-1) };
const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

function isElsewhere(event) {
  return (
    event.defaultPrevented ||
    event.isComposing ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.target.closest(FIELDS) !== null ||
    document.querySelector("dialog[open]") !== null
  );
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target === search && cameFrom) return cameFrom.focus();
  if (isElsewhere(event)) return;
  if (event.key in ARROWS && links().includes(document.activeElement)) {
    event.preventDefault();
    move(ARROWS[event.key]);
  } else if (Object.hasOwn(SINGLE_KEYS, event.key) && !read()) {
    event.preventDefault();
    SINGLE_KEYS[event.key]();
  }
});

if (dialog) {
  dialog.querySelector("input").addEventListener("change", (event) => write(!event.target.checked));
  for (const button of document.querySelectorAll("[data-open=shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", showShortcuts);
  }
  if (isMac) for (const key of document.querySelectorAll("[data-modifier]")) key.textContent = "⌘";
}
