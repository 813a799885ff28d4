"""Parse and write JSON text, strictly: what is accepted is returned equal by value.

`json.loads` alone accepts NaN, 1e400, duplicate keys and rounded numbers; faster parsers round and drop
silently. So this is the standard library's parser with hooks.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import accumulate, compress, count
from typing import Any, NoReturn

from users.metadata.documents import JSON
from users.metadata.errors import TextError, quote
from users.metadata.limits import DEFAULT
from users.metadata.messages import Message, gettext_noop

NUL = Message("the NUL character is refused; remove it")
HALF_PAIR = Message("half a surrogate pair is refused; send the whole character")
# The deepest text that is given to the parser: far beyond any limit for documents, and well below the
# interpreter's recursion limit.
PARSER_DEPTH = 200
# The longest decimal exponent that can matter for a 64-bit float.
FLOAT_DIGITS = 800

# The position of an error is found by regular expressions that skip everything else in one match: a loop in
# Python over every token costs several times what parsing does. Strings are skipped as a whole, closed or
# not, so that their content is never taken for structure; possessive quantifiers keep hostile text linear
# (ReDoS).
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_STRINGS = re.compile(_STRING, re.DOTALL)
_BEFORE_BRACKET = rf'(?:[^"\[\]{{}}]++|{_STRING})*+'
_NO_BRACKETS = re.compile(r"[^\[\]{}]++")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
# To the first string that is not closed.
_CLOSED_STRINGS = re.compile(r'(?:[^"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
# In the text of valid JSON, to the first escape that stands for NUL or for half a surrogate pair.
_GOOD_ESCAPES = re.compile(
    r"""(?:
        [^\\]++
        | \\[^u]
        | \\u(?!0000|[dD][89a-fA-F])....
        | \\u[dD][89abAB]..\\u[dD][c-fC-F]..
    )*+""",
    re.DOTALL | re.VERBOSE,
)
# What the standard library's parser reports, for translation.
_PARSER_ERRORS = (
    gettext_noop("expecting value"),
    gettext_noop("expecting property name enclosed in double quotes"),
    gettext_noop("expecting ':' delimiter"),
    gettext_noop("expecting ',' delimiter"),
    gettext_noop("illegal trailing comma before end of object"),
    gettext_noop("illegal trailing comma before end of array"),
    gettext_noop("unterminated string starting at"),
    gettext_noop("invalid control character at"),
    gettext_noop("invalid \\escape"),
    gettext_noop("invalid \\uXXXX escape"),
)
# How many characters of a number distinguish it from others, before it is compared as a whole.
_TELLING = 40


def parse(text: str | bytes, *, max_digits: int = DEFAULT.max_digits) -> JSON:
    """Parse one JSON value. Raises TextError with line and column, and nothing else.

    A byte order mark in front of bytes is ignored. Refused beyond syntax errors: bytes that are not UTF-8,
    NaN and Infinity, numbers that a 64-bit float would change, integers over `max_digits`, duplicate keys,
    NUL characters, lone surrogates, text after the value, nesting beyond 200.
    """
    text = _decode(text)
    _check_nesting(text)
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=lambda digits: _parse_int(digits, max_digits),
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise TextError(_sentence(error), line=error.lineno, column=error.colno) from None
    except _Refused as error:
        raise _error(text, error.find(text), error.reason) from None
    _check_characters(text)
    return value


def dump(value: JSON) -> str:
    """Compact JSON that both databases return equal by value: 1e16 stays a float.

    PostgreSQL's jsonb stores numbers as decimals, so a float written without a fraction ("1e+16") would
    come back as an integer.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # The slow path only for documents with such a number, or a text that contains "e+".
    if "e+" in text:
        return _dump_slowly(value)
    return text


def dump_pretty(value: JSON) -> str:
    """JSON for display: indented, unescaped."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


def size(value: JSON) -> int:
    """Bytes of the compact UTF-8 text, as the limits count them."""
    return len(dump(value).encode())


class DocumentEncoder(json.JSONEncoder):
    """The encoder of JSON fields: writes with `dump`."""

    def encode(self, o: Any) -> str:
        return dump(o)


class _Refused(ValueError):
    """Raised by the parser's hooks, which know the value but not its position: `find` searches for it in
    the text, which may be slow, as it happens once."""

    def __init__(self, reason: str, find: Callable[[str], int]) -> None:
        self.find = find
        super().__init__(reason)
        self.reason = reason


def _decode(text: str | bytes) -> str:
    if isinstance(text, str):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _error(text, _start_of_string(text, error.start), HALF_PAIR) from None
        return text
    # RFC 8259, section 8.1: a parser may ignore a byte order mark.
    text = text.removeprefix(codecs.BOM_UTF8)
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        # On bytes: the text before the error is valid UTF-8, the rest cannot be decoded.
        line = text.count(b"\n", 0, error.start) + 1
        column = len(text[text.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
        raise TextError(Message("the text is not valid UTF-8"), line=line, column=column) from None


def _check_nesting(text: str) -> None:
    """Count brackets outside strings first: the C parser recurses at each level, and hostile nesting would
    crash it."""
    if text.count("[") + text.count("{") <= PARSER_DEPTH:
        return
    brackets = _NO_BRACKETS.sub("", _STRINGS.sub("", text))
    levels = accumulate(map(_STEPS.__getitem__, brackets))
    too_deep = next(compress(count(), map(PARSER_DEPTH.__lt__, levels)), None)
    if too_deep is not None:
        way = re.compile(rf"(?:{_BEFORE_BRACKET}[\[\]{{}}]){{{too_deep}}}+{_BEFORE_BRACKET}", re.DOTALL)
        raise _error(
            text,
            _end_of_match(way, text),
            Message("nested deeper than %(levels)d levels", levels=PARSER_DEPTH),
        )


def _refuse_constant(name: str) -> NoReturn:
    raise _Refused(
        Message("%(name)s is not a JSON number; use null or a string", name=name), _literal_finder(name)
    )


def _parse_int(digits: str, max_digits: int) -> int:
    if len(digits.lstrip("-")) > max_digits:
        reason = Message("an integer may have at most %(most)d digits; use a string", most=max_digits)
        raise _Refused(reason, _literal_finder(digits))
    return int(digits)


def _parse_float(literal: str) -> float:
    """The float, if it equals the text; else refuse, since digits would be lost.

    Accepted forms of a float: its shortest form, its 17-digit form and its exact decimal expansion, the
    three that programs print.
    """
    value = float(literal) if len(literal) <= FLOAT_DIGITS else math.inf
    if math.isfinite(value):
        try:
            written = Decimal(literal)
        except InvalidOperation:  # an exponent beyond what even Decimal holds
            written = None
        # The common spelling first: the exact expansion may have hundreds of digits.
        if written is not None and (
            written == Decimal(repr(value))
            or written == Decimal(format(value, ".17g"))
            or written == Decimal(value)
        ):
            return value + 0.0  # -0.0 becomes 0.0: jsonb knows no negative zero
    raise _Refused(
        Message("this number does not fit a 64-bit float without changing; shorten it or use a string"),
        _literal_finder(literal),
    )


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    result = dict(pairs)
    if len(result) < len(pairs):
        seen: set[str] = set()
        for double, _ in pairs:
            if double in seen:
                break
            seen.add(double)
        reason = Message("the key %(key)s is given twice in one object; keep one", key=quote(double))
        raise _Refused(reason, partial(_find_duplicate_key, double))
    return result


def _check_characters(text: str) -> None:
    """Refuse NUL and half surrogate pairs in a text that has been parsed: only escapes can hold them."""
    at = _end_of_match(_GOOD_ESCAPES, text)
    if at < len(text):
        reason = NUL if text.startswith("\\u0000", at) else HALF_PAIR
        raise _error(text, _start_of_string(text, at), reason)


def _start_of_string(text: str, at: int) -> int:
    """Of the string that holds the character at `at`; else that place itself."""
    return _end_of_match(_CLOSED_STRINGS, text[:at])


def _end_of_match(pattern: re.Pattern[str], text: str) -> int:
    """Where the part of `text` ends that `pattern` passes over; 0 where it passes over none."""
    found = pattern.match(text)
    return found.end() if found else 0


def bad_characters(text: str) -> str | None:
    """Why a database cannot store this text; None where it can."""
    if "\0" in text:
        return NUL
    try:
        text.encode()
    except UnicodeEncodeError:
        return HALF_PAIR
    return None


def _literal_finder(literal: str) -> Callable[[str], int]:
    """Return a function that finds the first number or constant with this spelling, outside strings. The
    text after it may be invalid, since the parser has not read it yet."""
    first, start = re.escape(literal[0]), re.escape(literal[:_TELLING])
    # A number that only ends like it is passed over, too.
    others = rf'[^"{first}]++|{_STRING}|(?!{start}){first}|(?<=[0-9.eE+-]){first}'
    candidate = re.compile(rf"(?:{others})*+(?={start})", re.DOTALL)

    def find(text: str) -> int:
        found = candidate.match(text)
        while found and not text.startswith(literal, found.end()):
            found = candidate.match(text, found.end() + 1)
        return found.end() if found else 0

    return find


def _find_duplicate_key(double: str, text: str) -> int:
    """The position of the first key with this name that its object already has."""
    start = "".join(map(_spellings, double[:_TELLING])) + ('"' if len(double) <= _TELLING else "")
    string = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
    other_string = rf'(?:(?!"{start}){string}|{string}(?!\s*+:))'
    others = rf'(?:[^"{{}}]*+{other_string})*+[^"{{}}]*+'
    # A small object without inner objects in which at most one key may be this one.
    few = rf'(?:[^"{{}}]*+{other_string}){{0,50}}+[^"{{}}]*+'
    simple = rf"\{{{few}(?:{string}{few})?+\}}"
    stop = re.compile(rf"(?:{others}{simple})*+{others}(?:([{{}}])|({string})\s*+(:?))", re.DOTALL)
    # Of each object that is open: whether it has had the key.
    has_had = [False]
    for found in stop.finditer(text):
        bracket, key, colon = found.groups()
        if bracket == "{":
            has_had.append(False)
        elif bracket == "}":
            has_had.pop()
        elif colon and json.loads(key) == double:
            if has_had[-1]:
                return found.start(2)
            has_had[-1] = True
    return 0


def _spellings(character: str) -> str:
    """A pattern of all ways in which JSON may write a character within a string."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    either_case = re.sub("[a-f]", lambda digit: f"[{digit[0]}{digit[0].upper()}]", units)
    numbers = re.sub(r"((?:\d|\[..\]){4})", r"\\\\u\1", either_case)
    short = re.escape(json.dumps(character, ensure_ascii=False)[1:-1])
    return rf"(?:{short}|{numbers}" + (r"|\\/)" if character == "/" else ")")


def _dump_slowly(value: JSON) -> str:
    if isinstance(value, dict):
        inner = ",".join(f"{_dump_slowly(k)}:{_dump_slowly(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{','.join(_dump_slowly(item) for item in value)}]"
    if isinstance(value, float) and "e+" in repr(value):
        return f"{Decimal(repr(value)):f}.0"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sentence(error: json.JSONDecodeError) -> str:
    if error.msg == "Expecting value" and not error.doc.strip():
        return Message("the text is empty; write {} for an empty document")
    invisible = _name_invisible(error.doc[error.pos : error.pos + 1])
    if invisible:
        return Message(
            "not valid JSON: this is an invisible character, %(character)s; remove it", character=invisible
        )
    if error.msg == "Extra data":
        return Message("there is more text after the JSON value; remove it")
    return Message("not valid JSON: %(problem)s", problem=Message(error.msg[0].lower() + error.msg[1:]))


def _name_invisible(character: str) -> str:
    """`U+00A0 (no-break space)` of a space or control character that JSON does not know; empty for others."""
    if not character or character.isprintable() or character in " \t\n\r":
        return ""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _error(text: str, at: int, reason: str) -> TextError:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return TextError(reason, line=line, column=column)
