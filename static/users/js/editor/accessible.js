/**
 * What django-jsonform's form lacks for keyboards and screen readers: names, descriptions, and a
 * focus that goes along. Applied again after each of its renders.
 */
import { gettext } from "../gettext.js";
import { follow } from "./follow.js";

const ITEM = ".rjf-form-row, .rjf-form-group-wrapper";
// The texts of the library, which has no catalogue of its own.
const TEXTS = {
  "Add item": gettext("Add item"),
  "Move down": gettext("Move down"),
  "Move up": gettext("Move up"),
  Remove: gettext("Remove"),
};
let count = 0;

/** @returns {() => void} stops it. */
export function keepAccessible(container) {
  const stopFollowing = follow(container);
  const improve = () => {
    container.querySelectorAll(".rjf-form-group-inner").forEach(nameGroup);
    container.querySelectorAll("input:not([type=hidden]), select, textarea").forEach(nameInput);
    container.querySelectorAll(".rjf-form-row-controls button, .rjf-add-button").forEach(nameButton);
    container.querySelectorAll(".rjf-collapse-button").forEach(nameToggle);
    container.querySelectorAll("select > option[value=''][disabled]").forEach(allowEmpty);
  };
  const observer = new MutationObserver(improve);
  observer.observe(container, { childList: true, subtree: true });
  improve();
  return () => {
    observer.disconnect();
    stopFollowing();
  };
}

/** The heading of the group that an element stands in; empty at the top. */
export function groupTitle(element) {
  const title = element.closest(".rjf-form-group-inner")?.querySelector(":scope > .rjf-form-group-title");
  return title?.firstChild?.textContent.trim() ?? "";
}

function nameGroup(group) {
  const item = group.closest(ITEM);
  const title = groupTitle(group) || (item ? numbered(item) : "");
  if (title) {
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
  }
}

function nameInput(input) {
  const row = input.closest(".rjf-form-row");
  if (!row) return;
  input.autocomplete = "off";
  const label = row.querySelector("label");
  if (!label) set(input, "aria-label", numbered(row));
  else if (!label.contains(input)) {
    input.id ||= nextId();
    label.htmlFor = input.id;
  }
  const notes = [...row.querySelectorAll(".rjf-error-text, .rjf-help-text, .field-warning")];
  for (const note of notes) note.id ||= nextId();
  set(input, "aria-describedby", notes.map((note) => note.id).join(" "));
  set(input, "aria-invalid", row.querySelector(".rjf-error-text") ? "true" : "");
}

function nameButton(button) {
  if (button.classList.contains("rjf-add-button")) {
    const text = button.firstChild;
    text.nodeValue = TEXTS[text.nodeValue] ?? text.nodeValue;
    const action = text.nodeValue.trim();
    set(button, "aria-label", gettext("%(action)s to %(group)s", { action, group: groupTitle(button) }));
  } else {
    button.title = TEXTS[button.title] ?? button.title;
    set(button, "aria-label", `${button.title} ${numbered(button.closest(ITEM))}`);
  }
}

function nameToggle(button) {
  const isOpen = button.title === "Collapse";
  const group = groupTitle(button);
  const label = isOpen ? gettext("Collapse %(group)s", { group }) : gettext("Expand %(group)s", { group });
  set(button, "aria-label", label);
  set(button, "aria-expanded", String(isOpen));
}

/** A choice that was made can be taken back. */
function allowEmpty(option) {
  option.disabled = false;
  option.label = gettext("Not set");
}

/** "Links 2". */
function numbered(item) {
  const items = [...item.parentElement.children].filter((child) => child.matches(ITEM));
  return `${groupTitle(item.parentElement)} ${items.indexOf(item) + 1}`;
}

function set(element, name, value) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

function nextId() {
  count += 1;
  return `editor-part-${count}`;
}
