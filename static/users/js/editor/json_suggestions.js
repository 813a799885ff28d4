/**
 * Autocompletion in JSON mode: keys and values of the schema, and those that other users have. On a user's own page
 * there are no hints, so only the schema's are suggested.
 *
 * @typedef {{path: (string | number)[], isKey: boolean, isText: boolean, from: number}} Place
 *   `path` leads to the key or value that is being typed; `isText`: its opening quote is there; `from` is where it
 *   begins.
 * @typedef {{json: string, shown: string, detail?: string}} Suggestion
 *   `json` is inserted, a key or a value as JSON text; `shown` is its text in the list.
 */
import { pickedCompletion, startCompletion } from "@codemirror/autocomplete";
import { getLocation, parseTree } from "jsonc-parser";
import { isChoices, own } from "./fields.js";
import { mapName } from "./hints.js";
import { nodeAt } from "./tree.js";
import { shortened } from "./words.js";

const MOST_CHARACTERS = 60;
/** What has been typed of a key or value, for as long as the same suggestions fit. */
const BEGINNING = /^"?[^"\\\n,:]*$/;
const SCALARS = ["string", "number", "boolean"];

/**
 * @param {{document: string, schema: object | null, hints: import("./hints.js").Hints}} about
 * @returns {import("@codemirror/autocomplete").CompletionSource}
 */
export function suggestionSource(about) {
  return async ({ state, pos, explicit }) => {
    const text = state.doc.toString();
    const place = placeAt(text, pos);
    if (!place || (!explicit && place.from === pos)) return null;
    const found = place.isKey ? await suggestKeys(text, place, about) : await suggestValues(place, about);
    const apply = inserter(place, restLength(text, pos, place));
    const options = found.map(({ json, shown, detail }, rank) => ({
      // The list is filtered by what is typed, with its quote.
      label: place.isText ? json : json.replace(/^"/, ""),
      displayLabel: shortened(shown, MOST_CHARACTERS),
      detail,
      rank,
      json,
      apply,
    }));
    return options.length ? { from: place.from, validFor: BEGINNING, options } : null;
  };
}

/** @returns {Place | null} null where neither a key nor a value can begin. */
function placeAt(text, position) {
  const { path, previousNode: node, isAtPropertyKey } = locate(text, position);
  const end = node && node.offset + node.length;
  const isText = node !== undefined && text[node.offset] === '"' && node.offset < position && position <= end;
  const isClosed = isText && node.length > 1 && text[end - 1] === '"';
  if (isClosed && position === end) return null;
  const from = isText ? node.offset : position - /[\w$+.-]*$/.exec(text.slice(0, position))[0].length;
  // After an empty object in a list the parser still expects a key.
  const isKey = isAtPropertyKey && typeof path.at(-1) === "string";
  const before = text.slice(0, from).trimEnd().at(-1);
  const canBegin = before !== undefined && (isKey ? "{," : ":[,").includes(before);
  return canBegin ? { path, isKey, isText, from } : null;
}

function locate(text, position) {
  try {
    return getLocation(text, position);
  } catch {
    return { path: [], isAtPropertyKey: false }; // nested too deeply to be read
  }
}

/** Of the key or value that is being typed, how many characters follow the cursor: they are replaced too. */
function restLength(text, position, { isText }) {
  const after = text.slice(position);
  // While the closing quote is missing, the next quote opens another text, behind a comma or colon.
  const rest = isText ? /^[^"\\\n,:[\]{}]*"/.exec(after) : /^[\w+.-]*/.exec(after);
  return rest?.[0].length ?? 0;
}

async function suggestKeys(text, { path, from }, { document, schema, hints }) {
  const parent = path.slice(0, -1);
  const details = new Map();
  for (const [key, field] of Object.entries(fieldAt(schema, parent)?.properties ?? {})) {
    if (!field.readOnly) details.set(key, field.type);
  }
  for (const { key, detail } of await hints.below(mapName(document, parent))) details.set(key, detail);
  const object = nodeAt(parseTree(text), parent);
  for (const { children: [key] } of object?.type === "object" ? object.children : []) {
    if (key.offset !== from) details.delete(key.value);
  }
  return [...details].map(([key, detail]) => ({ json: JSON.stringify(key), shown: key, detail }));
}

async function suggestValues({ path, isText }, { document, schema, hints }) {
  const details = new Map(choicesOf(fieldAt(schema, path)));
  const name = mapName(document, path);
  await hints.load([name]);
  const hint = hints.get(name);
  // The values that are known of a list are its items.
  const isScalar = typeof path.at(-1) === "number" || SCALARS.some((type) => hint?.types[type]);
  for (const json of (isScalar && hint?.values) || []) details.set(json, details.get(json));
  const found = [...details].map(([json, detail]) => ({ json, shown: json, detail }));
  return isText ? found.filter(({ json }) => json.startsWith('"')) : found;
}

/** The part of the form's schema at a path; undefined where it has none. */
function fieldAt(schema, path) {
  const inner = (field, step) => (typeof step === "number" ? field?.items : own(field?.properties ?? {}, step));
  return path.reduce(inner, schema ?? undefined);
}

/** The values that a field allows, as JSON text, each with its title where that says more. */
function choicesOf(field) {
  if (!field || field.readOnly || isChoices(field)) return [];
  const titled = (field.choices ?? []).map(({ value, title }) => [value, title === String(value) ? undefined : title]);
  const plain = [...(field.type === "boolean" ? [true, false] : []), ...(field.nullable ? [null] : [])];
  return [...titled, ...plain.map((value) => [value])].map(([value, title]) => [JSON.stringify(value), title]);
}

/** Inserts a suggestion in place of what is typed; after a new key, the suggestions of its values open. */
function inserter({ isKey }, rest) {
  return (view, option, from, to) => {
    const end = to + rest;
    const isNewKey = isKey && !/^\s*:/.test(view.state.sliceDoc(end));
    const insert = isNewKey ? `${option.json}: ` : option.json;
    view.dispatch({
      changes: { from, to: end, insert },
      selection: { anchor: from + insert.length },
      annotations: pickedCompletion.of(option),
      userEvent: "input.complete",
    });
    if (isNewKey) startCompletion(view);
  };
}
