"""The query of a segment as it is stored, and as people read it.

Stored it names other segments by their ids, so that each may be renamed. People write and read names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from users.lucene.errors import QueryError, TooComplex
from users.lucene.nodes import Match, Query, Word, terms
from users.lucene.parser import parse
from users.lucene.printer import quote, write
from users.lucene.rewrite import Leaf, with_leaves
from users.models import Segment
from users.querying.errors import SearchError
from users.rights.actor import Actor
from users.search.compile import understand
from users.search.search_box import explicit, typed
from users.search.segment_expansion import expanded, find, is_segment
from users.search.visibility import check_visible, may_ask


def canonical(text: str, *, owner: Actor, segment: Segment, strict: bool = False) -> str:
    """What is stored of a query as somebody typed it for `segment`: every operator written out,
    other segments by their ids. It reads the same whatever stands between two words.

    Raises QueryError, and Denied where it asks about what `owner` may not see.
    """
    query = explicit(text)
    check_visible(query, owner)
    understand(expanded(query, owner, (segment,)), strict=strict)
    written = write(_renamed(query, lambda term: _used(term, owner, segment).segment_id))
    try:
        parse(written)
    except TooComplex as error:
        raise TooComplex(1, f"with its operators written out {error.reason}") from None
    return written


def as_read(segment: Segment, viewer: Actor) -> str | None:
    """The query as it could be typed into the box, with the names of the segments in it; None where
    it asks about what `viewer` may not see. Of a segment they may not use the id is left."""
    query = parse(segment.query)
    if not all(may_ask(term, viewer) for term in terms(query)):
        return None
    return write(_renamed(typed(query), lambda term: _readable(term, viewer)))


def _used(term: Match, owner: Actor, by: Segment) -> Segment:
    """What `by` names. What is shared must not break for others."""
    found = find(term, owner)
    if by.is_shared and not found.is_shared:
        raise SearchError(term.column, f"the segment {quote(found.name)} is not shared, and this one is")
    return found


def _renamed(query: Query, name: Callable[[Match], str]) -> Query:
    """The query with each segment named as `name` says."""

    def changed(leaf: Leaf) -> Query:
        if not is_segment(leaf):
            return leaf
        return replace(leaf, value=Word(name(leaf), is_quoted=True))

    return with_leaves(query, changed)


def _readable(term: Match, viewer: Actor) -> str:
    try:
        segment = find(term, viewer)
        named = find(replace(term, value=Word(segment.name)), viewer)
    except QueryError:
        return term.value.text
    # Another of that name may come first.
    return segment.name if named == segment else segment.segment_id
