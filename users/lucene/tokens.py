"""The tokenizer. Source of the operators: Lucene 2.9, query parser syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from users.lucene.errors import ParseError
from users.lucene.nodes import Pattern, Range, Value, Word

OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT", "!": "NOT"}
SIGNS = "+-!"
# A time of day holds colons that need no escape: 2026-03-04T10:00:00Z.
_BEFORE_COLON_OF_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d(:\d\d)?(\.\d+)?([+-]\d\d)?")
_NOT_SUPPORTED = {
    "?": "a wildcard for a single character is not supported; use * or escape it",
    "~": "fuzzy words and proximity are not supported; escape the ~ to search for it",
    "^": "boosts are not supported; escape the ^ to search for it",
}


class Kind(Enum):
    """The kind of a token."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    PLUS = "+"
    MINUS = "-"
    FIELD = "a field"
    VALUE = "a value"
    END = "the end"


@dataclass(frozen=True)
class Token:
    """A part of the text. `text` is as written, or for a field its name without escapes; only values have
    a `value`."""

    kind: Kind
    start: int
    end: int
    text: str
    value: Value | None = None


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens, the last of kind END. Raises ParseError."""
    cutter = _Tokenizer(text)
    before = None
    while before is None or before.kind != Kind.END:
        before = cutter.next(before)
        yield before


class _Tokenizer:
    """Scans the text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def next(self, before: Token | None) -> Token:
        """The token after `before`."""
        after_field = before is not None and before.kind == Kind.FIELD
        touches_field = after_field and not self._skip_space()
        if not after_field:
            self._skip_space()
        start = self.at
        sign = self.text[start : start + 1]
        if not sign:
            return self._token(Kind.END, start, "")
        if sign in "()":
            self.at += 1
            return self._token(Kind(sign), start, sign)
        # Directly after a field a sign is part of the value: `balance:-5`.
        if sign in SIGNS and not touches_field:
            self.at += 1
            return self._token(Kind(OPERATORS.get(sign, sign)), start, sign)
        if sign == '"':
            return self._phrase(after_field)
        if sign in "[{":
            return self._range()
        return self._word(after_field)

    def _skip_space(self) -> bool:
        start = self.at
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at > start

    def _token(self, kind: Kind, start: int, text: str, value: Value | None = None) -> Token:
        return Token(kind, start, self.at, text, value)

    def _escaped(self) -> str:
        """The character after a backslash."""
        if self.at + 1 >= len(self.text):
            raise ParseError(self.at + 1, "there is nothing after the backslash to escape")
        self.at += 2
        return self.text[self.at - 1]

    # Phrases

    def _phrase(self, after_field: bool) -> Token:
        word = self._quoted()
        if not after_field and self.text[self.at : self.at + 1] == ":":
            raise ParseError(
                word.column, "a field is not put in quotes; escape what is special in it with backslashes"
            )
        return self._token(Kind.VALUE, word.start, self.text[word.start : word.end], word)

    def _quoted(self) -> Word:
        start = self.at
        found: list[str] = []
        self.at += 1
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "\\":
                found.append(self._escaped())
                continue
            self.at += 1
            if character == '"':
                return Word("".join(found), is_quoted=True, start=start, end=self.at)
            found.append(character)
        raise ParseError(start + 1, "this quotation mark is never closed")

    # Ranges

    def _range(self) -> Token:
        start = self.at
        includes_low = self.text[start] == "["
        self.at += 1
        low = self._bound(start)
        self._skip_space()
        if not re.match(r"TO(?!\w)", self.text[self.at :]):
            raise ParseError(self.at + 1, "a range is written [low TO high], with TO in capitals")
        self.at += 2
        high = self._bound(start)
        self._skip_space()
        closing = self.text[self.at : self.at + 1]
        if closing not in ("]", "}"):
            raise ParseError(start + 1, "this range is never closed; it ends with ] or }")
        self.at += 1
        value = Range(low, high, includes_low, closing == "]", start=start, end=self.at)
        return self._token(Kind.VALUE, start, self.text[start : self.at], value)

    def _bound(self, opening: int) -> Word | None:
        """One end of a range; None for a star, an open end."""
        self._skip_space()
        start = self.at
        if self.text[start : start + 1] == '"':
            return self._quoted()
        found: list[str] = []
        has_star = False
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "\\":
                found.append(self._escaped())
                continue
            if character.isspace() or character in "]}":
                break
            has_star = has_star or character == "*"
            if character in '"[{':
                raise ParseError(self.at + 1, f"{character} must be escaped within a range")
            self.at += 1
            found.append(character)
        written = self.text[start : self.at]
        if not written:
            if self.at >= len(self.text):
                raise ParseError(opening + 1, "this range is never closed; it ends with ] or }")
            raise ParseError(start + 1, "a range has two ends; write * for an open one")
        if written == "*":
            return None
        if has_star:
            raise ParseError(start + 1, "the end of a range holds no wildcard")
        return Word("".join(found), start=start, end=self.at)

    # Words

    def _word(self, after_field: bool) -> Token:
        start = self.at
        pieces = [""]
        while self.at < len(self.text):
            character = self.text[self.at]
            if character.isspace() or character in "()":
                break
            if character == "\\":
                pieces[-1] += self._escaped()
                continue
            if character == ":" and not _BEFORE_COLON_OF_TIME.fullmatch(self.text[start : self.at]):
                if after_field:
                    reason = "a colon within a value must be escaped (\\:), or the value put in quotes"
                    raise ParseError(self.at + 1, reason)
                return self._field(start, pieces)
            self._check(character, start, after_field)
            self.at += 1
            if character == "*":
                pieces.append("")
            else:
                pieces[-1] += character
        return self._plain(start, pieces)

    def _field(self, start: int, pieces: list[str]) -> Token:
        """The word is a field: a colon follows."""
        end = self.at
        self.at += 1
        if len(pieces) > 1:
            if self.text[start:end] == "*" and re.match(r"\*(?=[\s)]|\Z)", self.text[self.at :]):
                self.at += 1
                value = Pattern(("", ""), start=start, end=self.at)
                return self._token(Kind.VALUE, start, "*:*", value)
            raise ParseError(start + 1, "a field holds no wildcard; name each field")
        if start == end:
            raise ParseError(start + 1, "there is no field before the colon")
        return self._token(Kind.FIELD, start, pieces[0])

    def _plain(self, start: int, pieces: list[str]) -> Token:
        written = self.text[start : self.at]
        if written in OPERATORS:
            return self._token(Kind(OPERATORS[written]), start, written)
        value: Value = Word(pieces[0], start=start, end=self.at)
        if len(pieces) > 1:
            # Several stars in a row mean the same as one.
            first, *inner, last = pieces
            kept = (first, *(piece for piece in inner if piece), last)
            value = Pattern(kept, start=start, end=self.at)
        return self._token(Kind.VALUE, start, written, value)

    def _check(self, character: str, start: int, after_field: bool) -> None:
        column = self.at + 1
        if character in _NOT_SUPPORTED:
            raise ParseError(column, _NOT_SUPPORTED[character])
        if character in '"[]{}':
            raise ParseError(column, f"{character} within a word must be escaped, or the word put in quotes")
        if self.at > start:
            return
        if character == "/":
            raise ParseError(column, "regular expressions are not supported; escape the / or use quotes")
        if after_field and character in "<>":
            raise ParseError(column, "comparisons are written as ranges: [5 TO *] or {5 TO *]")
