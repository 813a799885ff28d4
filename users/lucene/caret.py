"""The context of the caret in a query that may be incomplete, for autocomplete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from users.lucene.parser import EXISTS
from users.lucene.tokens import OPERATORS, SIGNS

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PHRASE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_RANGE = re.compile(r'[\[{](?:"(?:[^"\\]|\\.)*"|\\.|[^\]}"\\])*(?:[\]}"]|\\?\Z)', re.DOTALL)
_WORD = re.compile(r"(?:\\.|[^\s()\\])*\\?", re.DOTALL)
_NAME = re.compile(r"(?:\\.|[^\s()\\:])*\\?", re.DOTALL)


class Kind(Enum):
    """What may be typed there."""

    TERM = "a field, a word or an operator"
    NAME = "the name of a field"
    VALUE = "a value of the field"
    TO = "TO, between the two ends of a range"
    NOTHING = "nothing that can be suggested"


@dataclass(frozen=True)
class CaretContext:
    """`typed` is the text between `start` and the caret, without quotes and escapes; a completion replaces
    `start` to `end`. `name` is the field that a value is for; `follows_term` is whether an operator may
    come."""

    kind: Kind
    start: int
    end: int
    typed: str = ""
    name: str = ""
    follows_term: bool = False


def locate_caret(text: str, caret: int) -> CaretContext:
    """The context of the caret, an offset into the text."""
    return _CaretScanner(text, min(max(caret, 0), len(text))).place()


class _CaretScanner:
    """Scans from the beginning to the token that contains the caret, or ends at it. `name` is the field
    whose value comes next, and `groups` are those of the enclosing parentheses."""

    def __init__(self, text: str, caret: int) -> None:
        self.text = text
        self.caret = caret
        self.at = 0
        self.name = ""
        self.groups: list[str] = []
        self.follows_term = False

    def place(self) -> CaretContext:
        while self.at < self.caret:
            character = self.text[self.at]
            if character.isspace():
                self.at += 1
            elif character == "(":
                self.at += 1
                self.groups.append(self._field)
                self.name, self.follows_term = "", False
            elif character == ")":
                self.at += 1
                self.groups = self.groups[:-1]
                self.name, self.follows_term = "", True
            elif character in SIGNS and not self.name:
                self.at += 1
            else:
                found = self._piece(character)
                if found is not None:
                    return found
        return self._here(self.caret, self.caret, "")

    @property
    def _field(self) -> str:
        return self.name or (self.groups[-1] if self.groups else "")

    def _piece(self, first: str) -> CaretContext | None:
        """The context if the caret is in this token; None if it is behind."""
        if first == '"':
            return self._phrase()
        if first in "[{":
            return self._range()
        start = self.at
        if not self.name:
            end = _end(_NAME, self.text, start)
            if self.text[end : end + 1] == ":" and end > start:
                return self._name(start, end)
        end = max(_end(_WORD, self.text, start), start + 1)
        if self.caret <= end:
            return self._here(start, end, self.text[start : self.caret])
        is_operator = not self.name and self.text[start:end] in OPERATORS
        self._advance(end, is_term=not is_operator)
        return None

    def _name(self, start: int, end: int) -> CaretContext | None:
        if self.caret <= end:
            return self._here(start, end + 1, self.text[start : self.caret])
        self.at = end + 1
        self.name = _unescaped(self.text[start:end])
        return None

    def _phrase(self) -> CaretContext | None:
        start, end = self.at, _end(_PHRASE, self.text, self.at)
        # Behind the closing quote the caret is after the phrase; before it the phrase is still being typed.
        is_closed = end - start > 1 and _PHRASE.fullmatch(self.text[start:end]) and self.text[end - 1] == '"'
        if self.caret < end or (self.caret == end and not is_closed):
            return self._here(start, end, self.text[start + 1 : self.caret])
        self._advance(end)
        return None

    def _range(self) -> CaretContext | None:
        start, end = self.at, _end(_RANGE, self.text, self.at)
        if self.caret < end or self.text[end - 1 : end] not in ("]", "}"):
            return self._in_range(self.text[start + 1 : self.caret])
        self._advance(end)
        return None

    def _in_range(self, before: str) -> CaretContext:
        """Only the TO in the middle can be completed."""
        ends = re.fullmatch(r'\s*("(?:[^"\\]|\\.)*"|(?:\\.|[^\s"\\])+)\s+(T?)', before, re.DOTALL)
        if ends is None:
            return CaretContext(Kind.NOTHING, self.caret, self.caret)
        return CaretContext(Kind.TO, self.caret - len(ends[2]), self.caret, ends[2])

    def _advance(self, end: int, *, is_term: bool = True) -> None:
        self.at, self.name, self.follows_term = end, "", is_term

    def _here(self, start: int, end: int, typed: str) -> CaretContext:
        kind, field = Kind.TERM, self._field
        if field:
            kind = Kind.NAME if field == EXISTS else Kind.VALUE
        name = field if kind == Kind.VALUE else ""
        follows = self.follows_term and not self.name
        return CaretContext(kind, start, end, _unescaped(typed), name, follows)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where the token of this pattern that begins at `start` ends; `start` where there is none."""
    found = pattern.match(text, start)
    return found.end() if found else start


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).removesuffix("\\")
