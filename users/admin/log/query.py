"""Build the log query, in Auth0's search language, from the filter form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from users.lucene.nodes import And, Everything, Match, Name, Or, Query, Range, Word
from users.lucene.parser import Implicit, parse

FIELDS = ("type", "user", "client", "from", "to", "q")


def read_filters(given: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that are filled in. NUL characters, which no column can hold, are removed."""
    texts = {name: given.get(name, "").replace("\0", "").strip() for name in FIELDS}
    return {name: text for name, text in texts.items() if text}


def build_query(filters: Mapping[str, str]) -> Query:
    """Combine all filters. Raises QueryError, whose columns refer to `q`."""
    parts = (
        *_field_conditions(filters),
        # Words with nothing between them narrow, as in the search box; in the API they widen.
        *([parse(filters["q"], implicit=Implicit.AND)] if "q" in filters else ()),
    )
    return And(parts) if len(parts) > 1 else parts[0] if parts else Everything()


def _field_conditions(filters: Mapping[str, str]) -> Iterator[Query]:
    if "type" in filters:
        # Trees instead of text: what is typed into a field needs no quoting and cannot add an operator.
        yield _equals("type", filters["type"])
    if "user" in filters:
        yield _any_equals(("user_id", "user_name"), filters["user"])
    if "client" in filters:
        yield _any_equals(("client_id", "client_name"), filters["client"])
    if filters.keys() & {"from", "to"}:
        # The range includes both days, as the form suggests.
        low, high = (Word(filters[name]) if name in filters else None for name in ("from", "to"))
        yield Match(Name(("date",)), Range(low, high))


def _any_equals(names: tuple[str, ...], text: str) -> Query:
    return Or(tuple(map(partial(_equals, text=text), names)))


def _equals(name: str, text: str) -> Query:
    return Match(Name((name,)), Word(text))
