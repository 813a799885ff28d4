"""Print a query such that parsing it returns the same tree, whatever the implicit operator."""

from __future__ import annotations

import re

from users.lucene.nodes import (
    And,
    Everything,
    Exists,
    Match,
    Name,
    Not,
    Or,
    Pattern,
    Query,
    Range,
    Value,
    Word,
)
from users.lucene.parser import EXISTS
from users.lucene.tokens import OPERATORS

_SPECIAL = re.compile(r'[+\-!(){}\[\]^"~*?:\\/<>\s]')


def unparse(query: Query) -> str:
    """The query as text, with AND, OR and NOT written out."""
    match query:
        case Everything():
            return "*:*"
        case Exists(name):
            return f"{EXISTS}:{_name(name)}"
        case Match(name, value):
            return f"{_name(name)}:{_value(value)}" if name else _value(value)
        case Not(part):
            return f"NOT {_within(part)}"
        case And(parts):
            return " AND ".join(map(_within, parts))
        case Or(parts):
            return " OR ".join(map(_within, parts))


def _within(query: Query) -> str:
    return f"({unparse(query)})" if isinstance(query, And | Or) else unparse(query)


def _name(name: Name) -> str:
    return escape(str(name))


def _value(value: Value) -> str:
    match value:
        case Word(text, is_quoted):
            # An empty word can only be written in quotes.
            return quote(text) if is_quoted or not text else escape(text)
        case Pattern(pieces):
            return "*".join(map(_escape_all, pieces))
        case Range(low, high):
            opening, closing = "[" if value.includes_low else "{", "]" if value.includes_high else "}"
            return f"{opening}{_bound(low)} TO {_bound(high)}{closing}"


def _bound(word: Word | None) -> str:
    return "*" if word is None else _value(word)


def quote(text: str) -> str:
    """The text as a quoted phrase."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def escape(text: str) -> str:
    """The text as an escaped word."""
    # A backslash before an operator makes it a word.
    return f"\\{text}" if text in OPERATORS and text != "!" else _escape_all(text)


def _escape_all(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
