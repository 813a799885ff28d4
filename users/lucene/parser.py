"""Reading a query.

    list    = any, { any }                   nothing between them: the implicit operator
    any     = all, { "OR", all }
    all     = sign, { "AND", sign }          AND binds closer than OR
    sign    = { "NOT" | "-" | "+" }, term
    term    = [ field ":" ], ( value | "(", list, ")" )

Source: Lucene 2.9, query parser syntax, except that AND and OR are what logic has them be, as Auth0's
own examples need them ("NOT _exists_:logins_count OR logins_count:0").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from users.lucene.errors import ParseError, TooComplex
from users.lucene.limits import DEFAULT, Limits, check_terms
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
from users.lucene.tokens import Kind, Token, tokenize

EXISTS = "_exists_"


class Implicit(Enum):
    """The operator between two terms with nothing between them."""

    AND = "AND"
    OR = "OR"


def parse(text: str, *, implicit: Implicit = Implicit.OR, limits: Limits = DEFAULT) -> Query:
    """Parse a query; blank text is Everything. Raises ParseError or TooComplex."""
    # Before anything reads the text: refusing a hostile query must cost nothing.
    if len(text) > limits.length:
        raise TooComplex(limits.length + 1, f"a query has at most {limits.length} characters")
    _check_characters(text)
    if not text or text.isspace():
        return Everything(end=len(text))
    query = _Parser(text, implicit, limits).query()
    check_terms(query, limits)
    return query


def _check_characters(text: str) -> None:
    for index, character in enumerate(text):
        if character == "\0" or "\ud800" <= character <= "\udfff":
            raise ParseError(index + 1, "no value contains this character")


@dataclass(frozen=True)
class _Clause:
    """An item of a list: `sign` is "+" if it is required, "-" if it is prohibited, else empty."""

    sign: str
    query: Query


class _Parser:
    """A recursive-descent parser with one token of look-ahead, `token`."""

    def __init__(self, text: str, implicit: Implicit, limits: Limits) -> None:
        self.implicit = implicit
        self.limits = limits
        self.terms = self.leading = self.depth = 0
        self.tokens = tokenize(text)
        self.token = next(self.tokens)

    def query(self) -> Query:
        found = self._list(None)
        if self.token.kind == Kind.CLOSE:
            raise ParseError(self.token.start + 1, "there is no ( for this )")
        return found

    def _take(self) -> Token:
        token = self.token
        if token.kind != Kind.END:
            self.token = next(self.tokens)
        return token

    # Lists

    def _list(self, name: Name | None) -> Query:
        items = [self._any(name)]
        while self.token.kind not in (Kind.CLOSE, Kind.END):
            items.append(self._any(name))
        # With AND every item is required anyway, so + means nothing.
        if self.implicit == Implicit.AND:
            return _and([_negated(item) for item in items])
        return _combine_implicit_or(items)

    def _any(self, name: Name | None) -> _Clause:
        items = [self._all(name)]
        while self.token.kind == Kind.OR:
            self._take()
            items.append(self._all(name))
        if len(items) == 1:
            return items[0]
        for item in items:
            if item.sign == "+":
                reason = "+ has no meaning next to OR; use AND, or leave out the OR"
                raise ParseError(item.query.column, reason)
        return _Clause("", _or([_negated(item) for item in items]))

    def _all(self, name: Name | None) -> _Clause:
        items = [self._signed(name)]
        while self.token.kind == Kind.AND:
            self._take()
            items.append(self._signed(name))
        return items[0] if len(items) == 1 else _Clause("", _and([_negated(item) for item in items]))

    def _signed(self, name: Name | None) -> _Clause:
        token = self.token
        if token.kind not in (Kind.NOT, Kind.MINUS, Kind.PLUS):
            return _Clause("", self._term(name))
        self._take()
        # Negations recurse like parentheses: `NOT NOT NOT ...` must not exhaust the stack.
        with_depth = self._deeper(token)
        inner = self._signed(name)
        self.depth = with_depth - 1
        if token.kind == Kind.PLUS:
            return _Clause("+", _negated(inner))
        return _Clause("-", _negated(inner))

    # Terms

    def _term(self, name: Name | None) -> Query:
        token = self._take()
        if token.kind == Kind.OPEN:
            return self._group(token, name)
        if token.kind == Kind.FIELD:
            return self._field(token)
        if token.value is not None:
            return self._value(token, token.value, name)
        raise ParseError(token.start + 1, _unexpected(token))

    def _group(self, opening: Token, name: Name | None) -> Query:
        depth = self._deeper(opening)
        if self.token.kind == Kind.CLOSE:
            raise ParseError(opening.start + 1, "there is nothing between these parentheses")
        found = self._list(name)
        if self._take().kind != Kind.CLOSE:
            raise ParseError(opening.start + 1, "this parenthesis is never closed")
        self.depth = depth - 1
        return found

    def _field(self, field: Token) -> Query:
        token = self._take()
        if token.kind != Kind.OPEN and token.value is None:
            raise ParseError(field.start + 1, _without_value(field, token))
        if field.text == EXISTS:
            return self._exists(field, token)
        # Without the colon, which is part of the token.
        name = self._name(field.text, field.start, field.end - 1)
        return self._group(token, name) if token.value is None else self._value(token, token.value, name)

    def _exists(self, field: Token, token: Token) -> Query:
        if not isinstance(token.value, Word):
            raise ParseError(token.start + 1, f"{EXISTS} takes the name of one field")
        self._count(field)
        name = self._name(token.value.text, token.start, token.end)
        return Exists(name, start=field.start, end=token.end)

    def _value(self, token: Token, value: Value, name: Name | None) -> Query:
        self._count(token)
        start = token.start
        if name is not None and name.start < start:
            start = name.start
        if isinstance(value, Pattern):
            self._check_pattern(value)
        is_open = value == Pattern(("", "")) or (isinstance(value, Range) and value.low is value.high is None)
        if is_open and name is not None:
            return Exists(name, start=start, end=token.end)
        if isinstance(value, Range) and name is None:
            raise ParseError(token.start + 1, "a range needs a field before it")
        if is_open:
            return Everything(start=start, end=token.end)
        return Match(name, value, start=start, end=token.end)

    def _name(self, text: str, start: int, end: int) -> Name:
        path = tuple(text.split("."))
        if "" in path:
            raise ParseError(start + 1, f'between the dots of "{text}" a name is missing')
        if len(path) > self.limits.path:
            raise TooComplex(start + 1, f"a field has at most {self.limits.path - 1} dots")
        return Name(path, start=start, end=end)

    # Limits

    def _deeper(self, token: Token) -> int:
        self.depth += 1
        if self.depth > self.limits.depth:
            reason = f"parentheses and negations stand at most {self.limits.depth} deep"
            raise TooComplex(token.start + 1, reason)
        return self.depth

    def _count(self, token: Token) -> None:
        self.terms += 1
        if self.terms > self.limits.all_terms:
            raise self.limits.too_many(token.start + 1)

    def _check_pattern(self, pattern: Pattern) -> None:
        if len(pattern.pieces) > self.limits.pieces:
            raise TooComplex(pattern.column, f"a word has at most {self.limits.pieces - 1} stars")
        if not pattern.is_leading or pattern.pieces == ("", ""):
            return
        self.leading += 1
        if self.leading > self.limits.leading:
            reason = f"at most {self.limits.leading} words of a query begin with a star"
            raise TooComplex(pattern.column, reason)
        # A leading wildcard scans all users; a few letters would match nearly all of them.
        if max(map(len, pattern.pieces)) < self.limits.literal:
            reason = f"a word that begins with a star needs {self.limits.literal} more characters"
            raise ParseError(pattern.column, reason)


def _unexpected(token: Token) -> str:
    if token.kind == Kind.END:
        return "the query ends where a term is expected"
    if token.kind == Kind.CLOSE:
        return "a term is expected before this )"
    return f"a term is expected before {token.text}; put it in quotes where it is meant as a word"


def _without_value(field: Token, token: Token) -> str:
    reason = f"the field {field.text} has no value"
    if token.kind == Kind.FIELD:
        return f"{reason}; a colon within a value must be escaped (\\:), or the value put in quotes"
    if token.kind in (Kind.AND, Kind.OR, Kind.NOT):
        return f"{reason}; put {token.text} in quotes where it is meant"
    return reason


# Putting together


def _combine_implicit_or(items: Sequence[_Clause]) -> Query:
    """A list whose implicit operator is OR: + and - decide where they are given, else any item suffices."""
    required = [item.query for item in items if item.sign == "+"]
    refused = [_negated(item) for item in items if item.sign == "-"]
    others = [item.query for item in items if not item.sign]
    if required or not others:
        return _and([*required, *refused])
    return _and([_or(others), *refused])


def _negated(item: _Clause) -> Query:
    if item.sign != "-":
        return item.query
    return Not(item.query, start=item.query.start, end=item.query.end)


def _and(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else And(tuple(parts), **_around(parts))


def _or(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else Or(tuple(parts), **_around(parts))


def _around(parts: Sequence[Query]) -> dict[str, int]:
    return {"start": min(part.start for part in parts), "end": max(part.end for part in parts)}
