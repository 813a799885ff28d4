/**
 * Which of the drawn fields a document fits, and what the form is given of it.
 *
 * A value that does not fit is left out, field and all, and named: the form would show it
 * wrongly, or change it by being opened.
 *
 * @typedef {{path: (string | number)[], why: string}} Misfit
 * @typedef {{fields: object, schema: object, data: object, misfits: Misfit[],
 *   others: (string | number)[][]}} Projection
 *   `fields` are those that fit; `schema` is the same as the form library draws it; `others` are
 *   the paths of keys that no field is drawn for.
 */
import { gettext, ngettext } from "../gettext.js";

/** On an object of a list: at which position of the stored list it stands. No field shows it. */
export const ORIGIN = "§origin";
const MOST_ITEMS = 100;

/** @returns {Projection} */
export function project(schema, value) {
  const misfits = [];
  const others = [];
  return { ...object(schema, value, [], misfits, others), misfits, others };
}

/** The object's own value of a key: one may be called `constructor`. */
export function own(object, key) {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether a field is a group of checkboxes over a list of choices. */
export function isChoices(schema) {
  return schema.type === "array" && schema.widget === "multiselect";
}

/** The name that a choice's checkbox has in the form, whatever the choice is. */
export function choiceKey(index) {
  return `choice_${index}`;
}

/** What a field is when nothing is in it. */
export function isBlank(value) {
  return value === undefined || value === null || value === "";
}

function object(schema, value, path, misfits, others) {
  const fields = {};
  const properties = {};
  const data = {};
  for (const [key, field] of Object.entries(schema.properties)) {
    const part = own(value, key);
    const why = part === undefined ? null : misfit(field, part);
    if (why) {
      misfits.push({ path: [...path, key], why });
      continue;
    }
    const drawn = projected(field, part, [...path, key], misfits, others);
    fields[key] = drawn.fields;
    properties[key] = drawn.schema;
    if (drawn.data !== undefined) data[key] = drawn.data;
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(schema.properties, key)) others.push([...path, key]);
  }
  return { fields: { ...schema, properties: fields }, schema: { ...schema, properties }, data };
}

function projected(field, part, path, misfits, others) {
  if (field.type === "object") return object(field, part ?? {}, path, misfits, others);
  if (isChoices(field)) return choices(field, part ?? []);
  if (field.type === "array" && field.items.type === "object") {
    const items = (part ?? []).map((item, index) => {
      const inner = object(field.items, item, [...path, index], [], others);
      return { ...inner.data, [ORIGIN]: index };
    });
    // A copy each, since the form library writes into the schema it is given.
    return { fields: field, schema: structuredClone(field), data: items };
  }
  return { fields: field, schema: structuredClone(field), data: part ?? undefined };
}

/** A list of choices becomes a group of checkboxes, which a keyboard can work. */
function choices(field, chosen) {
  const properties = {};
  const data = {};
  field.items.choices.forEach(({ title, value }, index) => {
    properties[choiceKey(index)] = { type: "boolean", title, readOnly: field.readOnly };
    if (chosen.includes(value)) data[choiceKey(index)] = true;
  });
  const { title, description } = field;
  return { fields: field, schema: { type: "object", title, description, properties }, data };
}

/** @returns {string | null} why the form cannot show `value`; null where it can. */
function misfit(field, value) {
  if (value === null && field.type !== "object" && field.type !== "array") return null;
  switch (field.type) {
    case "object":
      return typeName(value) === "object" ? null : holds(value);
    case "array":
      return Array.isArray(value) ? misfitOfList(field, value) : holds(value);
    case "boolean":
      return typeof value === "boolean" ? null : holds(value);
    case "string":
      return typeof value === "string" ? misfitOfText(field, value) : holds(value);
    default:
      return typeof value === "number" ? misfitOfNumber(field, value) : holds(value);
  }
}

function misfitOfList(field, value) {
  if (value.length > MOST_ITEMS) return ngettext("holds %(count)s item", "holds %(count)s items", value.length);
  if (isChoices(field) && new Set(value).size < value.length) return gettext("holds the same item twice");
  for (const item of value) {
    if (item === null) return gettext("holds null in its list");
    const why = misfit(field.items, item) ?? (field.items.type === "object" ? inside(field.items, item) : null);
    if (why) return gettext("has an item that %(why)s", { why });
  }
  return null;
}

/** The first misfit in an object of a list: all items are drawn alike, so one takes the list along. */
function inside(schema, item) {
  const misfits = [];
  object(schema, item, [], misfits, []);
  return misfits.length ? misfits[0].why : null;
}

function misfitOfText(field, value) {
  if (field.choices) return offered(field, value);
  if (field.widget === "textarea") return value.includes("\r") ? gettext("holds odd line breaks") : null;
  if (/[\r\n]/.test(value)) return gettext("holds several lines");
  if (field.format === "date" && value !== "" && !isDate(value)) return gettext("holds text that is no date");
  if (field.format && value !== value.trim()) return gettext("holds blanks at its ends");
  return null;
}

function misfitOfNumber(field, value) {
  const isSafe = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (!isSafe) return gettext("holds a number that browsers would round");
  if (field.type === "integer" && !Number.isInteger(value)) return gettext("holds a number with a fraction");
  return field.choices ? offered(field, value) : null;
}

function offered(field, value) {
  return field.choices.some((choice) => choice.value === value) ? null : gettext("holds a choice that is not offered");
}

function isDate(value) {
  const date = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : NaN;
  return !Number.isNaN(Number(date)) && date.toISOString().startsWith(value);
}

function holds(value) {
  const names = {
    object: gettext("an object"),
    array: gettext("a list"),
    string: gettext("text"),
    number: gettext("a number"),
    boolean: gettext("true or false"),
  };
  return gettext("holds %(type)s", { type: names[typeName(value)] ?? "null" });
}

function typeName(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
