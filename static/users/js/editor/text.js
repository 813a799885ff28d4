/**
 * Reads JSON text as strictly as the server does, and says in sentences what is wrong with it.
 *
 * @typedef {import("jsonc-parser").Node} Node
 * @typedef {{from: number, to: number, line: number, column: number, message: string,
 *   severity: "error" | "warning"}} Problem
 * @typedef {{text: string, value: unknown, tree: Node | undefined, problems: Problem[]}} Reading
 */
import { gettext } from "../gettext.js";
import { ParseErrorCode, parseTree } from "jsonc-parser";

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

const SENTENCES = {
  [ParseErrorCode.InvalidSymbol]: gettext("this is not JSON; text stands in double quotes"),
  [ParseErrorCode.InvalidNumberFormat]: gettext("this is not a JSON number"),
  [ParseErrorCode.PropertyNameExpected]: gettext("a key in double quotes is missing here"),
  [ParseErrorCode.ValueExpected]: gettext("a value is missing here"),
  [ParseErrorCode.ColonExpected]: gettext("a colon is missing between the key and its value"),
  [ParseErrorCode.CommaExpected]: gettext("a comma is missing before this"),
  [ParseErrorCode.CloseBraceExpected]: gettext("a closing brace } is missing"),
  [ParseErrorCode.CloseBracketExpected]: gettext("a closing bracket ] is missing"),
  [ParseErrorCode.EndOfFileExpected]: gettext("the document ends before this; remove the rest"),
  [ParseErrorCode.InvalidCommentToken]: gettext("JSON has no comments; remove this"),
  [ParseErrorCode.UnexpectedEndOfComment]: gettext("JSON has no comments; remove this"),
  [ParseErrorCode.UnexpectedEndOfString]: gettext("the closing quote of this text is missing"),
  [ParseErrorCode.UnexpectedEndOfNumber]: gettext("this number ends too early"),
  [ParseErrorCode.InvalidUnicode]: gettext("\\u is followed by four hexadecimal digits"),
  [ParseErrorCode.InvalidEscapeCharacter]: gettext("this escape does not exist in JSON; a backslash itself is written \\\\"),
  [ParseErrorCode.InvalidCharacter]: gettext("this character must be escaped, a line break as \\n"),
};
/** Spaces and control characters that JSON does not know, and the names of those often pasted. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}]/u;
const JSON_SPACE = " \t\n\r";
const INVISIBLE_NAMES = {
  "\u00a0": gettext("no-break space"),
  "\u00ad": gettext("soft hyphen"),
  "\u200b": gettext("zero width space"),
  "\u200e": gettext("left-to-right mark"),
  "\u200f": gettext("right-to-left mark"),
  "\u2028": gettext("line separator"),
  "\u202f": gettext("narrow no-break space"),
  "\u2060": gettext("word joiner"),
  "\ufeff": gettext("zero width no-break space"),
};
const TRAILING_COMMA = gettext("nothing follows this comma; remove it");
const TOO_DEEP = gettext("this is nested too deeply to be read");

/** @returns {Reading} `tree` is missing where there is an error. */
export function read(text) {
  const reading = { text, value: undefined, tree: undefined, problems: [] };
  try {
    reading.value = JSON.parse(text);
    reading.tree = parseTree(text, [], STRICT);
    reading.problems = duplicates(reading.tree).map((key) => {
      const message = gettext("the key %(key)s is given twice in one object; keep one", { key: quoted(key.value) });
      return problem(text, key.offset, key.length, message, "warning");
    });
  } catch (error) {
    reading.problems = [whatIsWrong(text, error)];
  }
  return reading;
}

/** Whether the reading is an object that can be edited key by key. */
export function isPlainDocument(reading) {
  return reading.tree?.type === "object" && reading.problems.length === 0;
}

/** A sentence with its place, for users. */
export function sentence({ line, column, message }) {
  return gettext("Line %(line)s, column %(column)s: %(message)s.", { line, column, message });
}

function whatIsWrong(text, error) {
  const found = [];
  try {
    parseTree(text, found, STRICT);
  } catch {
    return problem(text, 0, 0, TOO_DEEP);
  }
  if (found.length === 0) {
    return error instanceof SyntaxError
      ? problem(text, placeIn(text, error.message), 1, SENTENCES[ParseErrorCode.InvalidCharacter])
      : problem(text, 0, 0, TOO_DEEP);
  }
  const { error: code, offset, length } = found[0];
  const invisible = text.charAt(offset) === '"' ? -1 : invisibleIn(text, offset, length);
  if (invisible !== -1) return problem(text, invisible, 1, nameInvisible(text[invisible]));
  const before = text.slice(0, offset).trimEnd();
  if (before.endsWith(",") && /[\]}]/.test(text.charAt(offset))) {
    return problem(text, before.length - 1, 1, TRAILING_COMMA);
  }
  return problem(text, offset, length, SENTENCES[code] ?? gettext("this is not JSON"));
}

/** Where a part of the text that is no JSON has its first invisible character; -1 without one. */
function invisibleIn(text, offset, length) {
  for (let at = offset; at < Math.max(offset + length, offset + 1); at += 1) {
    if (!JSON_SPACE.includes(text.charAt(at)) && INVISIBLE.test(text.charAt(at))) return at;
  }
  return -1;
}

function nameInvisible(character) {
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const name = INVISIBLE_NAMES[character];
  return name
    ? gettext("this is an invisible character, U+%(code)s (%(name)s); remove it", { code, name })
    : gettext("this is an invisible character, U+%(code)s; remove it", { code });
}

/** Where the browser's own parser stopped, which each browser words in its way. */
function placeIn(text, message) {
  const position = /position (\d+)/.exec(message);
  if (position) return Number(position[1]);
  const place = /line (\d+) column (\d+)/.exec(message);
  if (!place) return 0;
  const lines = text.split("\n").slice(0, Number(place[1]) - 1);
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(place[2]) - 1;
}

function problem(text, offset, length, message, severity = "error") {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return { from: offset, to: Math.min(offset + length, text.length), line, column, message, severity };
}

/** The key nodes that repeat an earlier key of their object. */
function duplicates(tree) {
  const found = [];
  const waiting = [tree];
  while (waiting.length) {
    const node = waiting.pop();
    if (node.type === "object") {
      const seen = new Set();
      for (const { children: [key] } of node.children) {
        if (seen.has(key.value)) found.push(key);
        seen.add(key.value);
      }
    }
    for (const child of node.children ?? []) {
      const value = node.type === "object" ? child.children[1] : child;
      if (value?.children) waiting.push(value);
    }
  }
  return found.sort((left, right) => left.offset - right.offset);
}

/** A key as users read it. */
export function quoted(key) {
  return `“${key}”`;
}
