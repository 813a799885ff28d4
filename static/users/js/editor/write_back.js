/**
 * From what was typed into the form to edits of the text it was drawn from.
 *
 * The form's data before and after are compared field by field; each difference becomes an edit
 * at that place of the text. Always counted from the text the form was drawn from: what is typed
 * and taken back leaves no trace.
 *
 * @typedef {import("./splice.js").Edit} Edit
 * @typedef {import("./layout.js").Piece} Piece
 * @typedef {{edits: Edit[]} | {piece: Piece} | "remove" | null} Outcome
 *   Of one field: edits within its node, a value to put in its place, or its removal; null for
 *   nothing. A field the text lacks has no node to edit: only a piece, or nothing.
 */
import { matches } from "./match.js";
import { choiceKey, isBlank, isChoices, own } from "./fields.js";
import { apply, replace, resize } from "./splice.js";
import { layout } from "./layout.js";
import { end, members, nodeAt, raw } from "./tree.js";

export class WriteBack {
  /**
   * @param {import("./text.js").Reading} base the text that the form was drawn from
   * @param {import("./text.js").Reading} opened the text that is stored: objects and lists that
   *   it lacks were made by the form, and go when the form empties them
   * @param {(path: (string | number)[]) => string | null} literal what stands in the input of a
   *   number, since JavaScript's number may be rounded; null while that is no number yet
   */
  constructor(base, opened, literal) {
    this.base = base;
    this.opened = opened;
    this.literal = literal;
  }

  /** @returns {string} the text with what the form changed. */
  text(schema, before, after) {
    const outcome = this.object(schema, before, after, this.base.tree, []);
    return outcome === null ? this.base.text : apply(this.base.text, outcome.edits ?? []);
  }

  field(schema, before, after, node, path, isRequired) {
    if (isChoices(schema)) return this.choices(schema, before, after, node, path);
    if (schema.type === "object") return this.object(schema, before ?? {}, after ?? {}, node, path);
    if (schema.type === "array") return this.list(schema, before ?? [], after ?? [], node, path);
    return this.leaf(schema, before, after, node, path, isRequired);
  }

  leaf(schema, before, after, node, path, isRequired) {
    if (before === after) return null;
    if (isBlank(after)) {
      const isHalfTyped = schema.type !== "string" && this.literal(path) === null;
      if (!node || isHalfTyped) return null;
      return schema.nullable ? { piece: { raw: "null" } } : "remove";
    }
    // Not ticked, and not there: for a form that is the same.
    if (after === false && !node && !isRequired) return null;
    return { piece: { raw: this.scalar(schema, after, path) } };
  }

  scalar(schema, value, path) {
    if (typeof value !== "number") return JSON.stringify(value);
    const typed = this.literal(path)?.trim() ?? "";
    const spelling = schema.type === "integer" ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
    return spelling.test(typed) && Number(typed) === value ? typed : JSON.stringify(value);
  }

  object(schema, before, after, node, path) {
    const edits = [];
    const removed = new Set();
    const added = [];
    const existing = node ? members(node) : new Map();
    const keys = node ? node.children.map((member) => member.children[0].value) : [];
    for (const [key, field] of Object.entries(schema.properties)) {
      const [old, now] = [own(before, key), own(after, key)];
      const child = existing.get(key);
      const isRequired = schema.required?.includes(key) ?? false;
      const outcome = this.field(field, old, now, child, [...path, key], isRequired);
      if (outcome === null) continue;
      if (outcome === "remove") removed.add(keys.indexOf(key));
      else if (outcome.edits) edits.push(...outcome.edits);
      else if (child) edits.push(replace(child, outcome.piece.raw));
      else added.push({ ...outcome.piece, key });
    }
    if (!node) return added.length ? { piece: { object: added } } : null;
    if (removed.size === keys.length && keys.length && !added.length && this.isMade(path)) return "remove";
    if (removed.size || added.length) edits.push(...resize(this.base.text, node, removed, added));
    return edits.length ? { edits } : null;
  }

  choices(schema, before = {}, after = {}, node, path) {
    const chosen = [];
    const dropped = [];
    schema.items.choices.forEach(({ value }, index) => {
      const [old, now] = [before[choiceKey(index)] === true, after[choiceKey(index)] === true];
      if (now && !old) chosen.push({ raw: JSON.stringify(value) });
      if (old && !now) dropped.push(value);
    });
    if (!chosen.length && !dropped.length) return null;
    if (!node) return { piece: { list: chosen } };
    const items = node.children.map((child) => child.value);
    const removed = new Set(dropped.map((value) => items.indexOf(value)));
    return this.resized(node, removed, chosen, [], path);
  }

  list(schema, before, after, node, path) {
    const pairs = matches(before, after);
    const slots = pairs
      .map((from, position) => this.item(schema.items, before[from], after[position], from, node, [...path, position]))
      .filter((slot) => slot !== null);
    if (!node) return slots.length ? { piece: { list: slots.map((slot) => slot.piece) } } : null;
    const stays = slots.filter((slot) => slot.from !== undefined);
    const isOrdered = slots.every((slot, index) => {
      const next = slots[index + 1];
      return !next || next.from === undefined || (slot.from !== undefined && slot.from < next.from);
    });
    if (isOrdered) {
      const kept = new Set(stays.map((slot) => slot.from));
      const removed = new Set(node.children.map((_, index) => index).filter((index) => !kept.has(index)));
      const edits = stays.flatMap((slot) => slot.edits);
      const added = slots.filter((slot) => slot.from === undefined).map((slot) => slot.piece);
      if (!removed.size && !added.length) return edits.length ? { edits } : null;
      return this.resized(node, removed, added, edits, path);
    }
    return this.reordered(node, slots);
  }

  /** One item as it is to be; null for one that was added and left blank. */
  item(schema, old, now, from, node, path) {
    const child = from === undefined ? undefined : node?.children[from];
    if (!child) {
      const outcome = this.field(schema, undefined, now, undefined, path, true);
      return outcome?.piece ? { piece: outcome.piece, edits: [] } : null;
    }
    const outcome = this.field(schema, old, now, child, path, true);
    if (outcome === "remove") return null;
    const edits = outcome?.piece ? [replace(child, outcome.piece.raw)] : (outcome?.edits ?? []);
    return { from, edits };
  }

  /** Items that changed places take their own text along; the spacing between them stays. */
  reordered(node, slots) {
    const contents = slots.map((slot) =>
      slot.from === undefined ? slot.piece : { raw: this.moved(node.children[slot.from], slot.edits) },
    );
    const kept = contents.slice(0, node.children.length);
    const edits = kept.map((piece, index) => replace(node.children[index], this.written(piece, node.children[index])));
    const removed = new Set(node.children.map((_, index) => index).slice(kept.length));
    const added = contents.slice(kept.length);
    return { edits: [...edits, ...(removed.size || added.length ? resize(this.base.text, node, removed, added) : [])] };
  }

  resized(node, removed, added, edits, path) {
    if (removed.size === node.children.length && !added.length && this.isMade(path)) return "remove";
    return { edits: [...edits, ...resize(this.base.text, node, removed, added)] };
  }

  /** The text of an item with the edits within it. */
  moved(node, edits) {
    const shifted = edits.map((edit) => ({ ...edit, offset: edit.offset - node.offset }));
    return apply(raw(this.base.text, node), shifted);
  }

  /** New text for a place in a list: indented as the line of the old one is. */
  written(piece, node) {
    const before = this.base.text.slice(0, node.offset);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    return layout(piece, { colon: ": ", indent: /^[ \t]*/.exec(line)[0], unit: "  " });
  }

  /** Whether what stands at `path` was made by the form, not found in the stored text. */
  isMade(path) {
    return path.length > 0 && !nodeAt(this.opened.tree, path);
  }
}
