"""The stored and the readable form of a segment's query.

The stored form names other segments by id, so that they may be renamed. Users read and write names.
"""

from __future__ import annotations

from collections.abc import Callable

from users.lucene.errors import QueryError, TooComplex
from users.lucene.nodes import Exists, Match, Query, Word, terms
from users.lucene.parser import parse
from users.lucene.printer import quote, unparse
from users.lucene.rewrite import Leaf, map_leaves
from users.models import Segment
from users.querying.errors import SearchError
from users.rights.actor import Actor
from users.search.compile import to_condition
from users.search.search_box import collapse_words, parse_search_box
from users.search.segment_expansion import expand_segments, find_segment, is_segment
from users.search.visibility import can_search_by, check_visible


def to_stored_query(text: str, *, owner: Actor, segment: Segment, strict: bool = False) -> str:
    """The stored form of a query typed for `segment`: every operator written out, other segments by id. It
    means the same whatever the default operator is.

    Raises QueryError, and Denied where it searches by what `owner` may not see.
    """
    query = parse_search_box(text)
    check_visible(query, owner)
    # Compiled only to validate it: a stored query must not fail when it is used.
    to_condition(expand_segments(query, owner, (segment,)), strict=strict)
    written = unparse(
        _rename_segments(query, lambda term: _find_usable_segment(term, owner, segment).segment_id)
    )
    try:
        parse(written)
    except TooComplex as error:
        raise TooComplex(1, f"with its operators written out {error.reason}") from None
    return written


def to_readable_query(segment: Segment, viewer: Actor) -> str | None:
    """The query as it could be typed into the search box, with the names of segments; None where it
    searches by what `viewer` may not see. Segments the viewer may not use keep their id."""
    query = parse(segment.query)
    if not all(can_search_by(term, viewer) for term in terms(query)):
        return None
    return unparse(_rename_segments(collapse_words(query), lambda term: _readable_name(term, viewer)))


def _find_usable_segment(term: Exists | Match, owner: Actor, by: Segment) -> Segment:
    """The segment that the query of `by` names. A shared segment may use shared ones only, or it would not
    work for others."""
    found = find_segment(term, owner)
    if by.is_shared and not found.is_shared:
        raise SearchError(term.column, f"the segment {quote(found.name)} is not shared, and this one is")
    return found


def _rename_segments(query: Query, name: Callable[[Exists | Match], str]) -> Query:
    """The query with each segment renamed by `name`."""

    def changed(leaf: Leaf) -> Query:
        if not is_segment(leaf):
            return leaf
        return Match(leaf.name, Word(name(leaf), is_quoted=True), start=leaf.start, end=leaf.end)

    return map_leaves(query, changed)


def _readable_name(term: Exists | Match, viewer: Actor) -> str:
    try:
        segment = find_segment(term, viewer)
        named = find_segment(Match(term.name, Word(segment.name)), viewer)
    except QueryError:
        return term.value.text if isinstance(term, Match) and isinstance(term.value, Word) else ""
    # The viewer's own segment of that name would be found first, so the id is shown.
    return segment.name if named == segment else segment.segment_id
