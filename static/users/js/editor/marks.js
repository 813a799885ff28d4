/**
 * Marks on the fields of the form: which are changed, and what they are warned of. The form library draws the
 * fields; what is added here stands at the end of their rows, which it leaves alone.
 */
import { gettext } from "../gettext.js";
import { element } from "./element.js";

const ROW = ".rjf-form-row";
const GROUP = ".rjf-form-group-inner";

/** @param {import("./form.js").Form} form @param {(string | number)[][]} paths */
export function markChanged(form, paths) {
  const changed = new Set(paths.map((path) => placeOf(form, path)).filter(Boolean));
  for (const place of form.container.querySelectorAll(`${ROW}, ${GROUP}`)) {
    const isChanged = changed.has(place);
    if (place.classList.contains("is-changed") === isChanged) continue;
    place.classList.toggle("is-changed", isChanged);
    const described = place.matches(GROUP) ? place : place.querySelector("input, select, textarea");
    if (isChanged) described?.setAttribute("aria-description", gettext("Changed"));
    else described?.removeAttribute("aria-description");
  }
}

/**
 * @param {import("./form.js").Form} form
 * @param {import("./warnings.js").Warning[]} warnings
 * @returns {import("./warnings.js").Warning[]} those for which the form has no field
 */
export function markWarnings(form, warnings) {
  const rest = [];
  const shown = new Map();
  for (const warning of warnings) {
    const place = warning.path.length ? placeOf(form, warning.path) : null;
    if (place?.matches(ROW)) shown.set(place, warning.message);
    else rest.push(warning);
  }
  for (const note of form.container.querySelectorAll(".field-warning")) {
    if (shown.get(note.parentElement) === note.textContent) shown.delete(note.parentElement);
    else note.remove();
  }
  for (const [place, message] of shown) place.append(element("p", { className: "field-warning" }, message));
  return rest;
}

/** The row of a field, or the group of an object or a list; null where the form has neither. */
function placeOf(form, path) {
  const input = form.input(path);
  if (input) return input.closest(ROW);
  const inner = form.inputBelow(path);
  if (!inner) return null;
  // One group up for each step that leads from the path to that input.
  let place = inner.input;
  for (let step = 0; step < inner.depth; step += 1) place = (step ? place.parentElement : place).closest(GROUP);
  return place;
}
