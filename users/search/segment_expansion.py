"""Expand `segment:"trial ends"` in a query to the saved search."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TypeGuard

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from users.lucene.errors import TooComplex
from users.lucene.limits import DEFAULT
from users.lucene.nodes import Exists, Match, Name, Query, Word, terms
from users.lucene.parser import parse
from users.lucene.printer import quote, unparse
from users.lucene.rewrite import Leaf, map_leaves, relocate
from users.metadata.fold import fold
from users.models import Segment
from users.querying.errors import SearchError
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.visible import PROFILE, visible
from users.search.visibility import can_search_by

FIELD = Name(("segment",))
ID_PATTERN = re.compile(r"seg_[0-9A-Za-z]{16}")
# How deep segments may be nested.
MAX_DEPTH = 5
USAGE_HINT = 'segment: takes the name of one saved search, as in segment:"trial ends"'
# The most names that are compared for "did you mean": comparing is slow.
MAX_NAMES_COMPARED = 1000


def usable_segments(viewer: Actor) -> QuerySet[Segment]:
    """The segments `viewer` may use: all shared ones and, for staff, their own. None for users' own tokens
    and for viewers who may not see users."""
    if not visible(viewer, PROFILE):
        return Segment.objects.none()
    own = Q(owner=viewer.user) if viewer.kind == Kind.STAFF else Q(pk=None)
    return Segment.objects.filter(Q(is_shared=True) | own)


def expand_segments(query: Query, viewer: Actor, within: tuple[Segment, ...] = ()) -> Query:
    """Replace each segment by its query. All terms get the position of the segment's name, so that errors
    point there. `within` are the segments whose query this is.

    Raises SearchError for an unknown or recursive segment, Denied where one searches by what `viewer` may
    not see, and TooComplex where the expanded query exceeds the limits of a query.
    """
    named = [term for term in terms(query) if is_segment(term)]
    if not named:
        return query
    whole = _SegmentExpander(viewer).of(query, within)
    try:
        # The parser has all limits of a query: reading the whole once more applies them to the expansion.
        parse(unparse(whole))
    except TooComplex as error:
        reason = f"with its segments written out {error.reason}"
        raise TooComplex(named[0].column, reason) from None
    return whole


def find_segment(term: Exists | Match, viewer: Actor) -> Segment:
    """The segment a term names by id or, case-insensitively, by name; the viewer's own before shared ones.
    Raises SearchError."""
    if not (isinstance(term, Match) and isinstance(term.value, Word)):
        raise SearchError(term.column, USAGE_HINT)
    text, usable = term.value.text, usable_segments(viewer)
    # By id first: stored queries use ids, and a segment may have the name of another's id.
    by_id = usable.filter(segment_id=text).first() if ID_PATTERN.fullmatch(text) else None
    found = by_id or usable.filter(name_folded=fold(text)).order_by("is_shared").first()
    if found is None:
        raise SearchError(term.value.column, _unknown_segment_message(text, usable))
    return found


def is_segment(leaf: Leaf) -> TypeGuard[Exists | Match]:
    """Whether the term is a segment."""
    return isinstance(leaf, Exists | Match) and leaf.name == FIELD


class _SegmentExpander:
    """Expands a query and the segments in it recursively; each segment is read once."""

    def __init__(self, viewer: Actor) -> None:
        self.viewer = viewer
        self.terms = 0
        self.found: dict[Query, Segment] = {}

    def of(self, query: Query, within: tuple[Segment, ...]) -> Query:
        return map_leaves(query, lambda leaf: self._leaf(leaf, within))

    def _leaf(self, leaf: Leaf, within: tuple[Segment, ...]) -> Query:
        if is_segment(leaf):
            return self._segment(leaf, within)
        # Counted while expanding: nested segments could grow exponentially before the limit of the whole is
        # checked.
        self.terms += 1
        if self.terms > DEFAULT.all_terms:
            raise DEFAULT.too_many(leaf.column)
        return leaf

    def _segment(self, term: Exists | Match, within: tuple[Segment, ...]) -> Query:
        if term not in self.found:
            self.found[term] = find_segment(term, self.viewer)
        segment = self.found[term]
        if segment in within:
            chain = ", ".join(quote(each.name) for each in (*within[within.index(segment) :], segment))
            raise SearchError(
                term.column, gettext("this segment refers to itself: %(chain)s") % {"chain": chain}
            )
        if len(within) >= MAX_DEPTH:
            raise TooComplex(
                term.column, gettext("segments may be nested at most %(depth)s deep") % {"depth": MAX_DEPTH}
            )
        query = parse(segment.query)
        if not all(can_search_by(each, self.viewer) for each in terms(query)):
            raise Denied(
                gettext("You may not use the segment %(name)s: you may not see what it asks")
                % {"name": quote(segment.name)}
            )
        return self.of(relocate(query, term.start, term.end), (*within, segment))


def _unknown_segment_message(text: str, usable: QuerySet[Segment]) -> str:
    names = {name.casefold(): name for name in usable.values_list("name", flat=True)[:MAX_NAMES_COMPARED]}
    near = get_close_matches(text.casefold(), names, n=1)
    if near:
        return gettext("there is no segment %(name)s; did you mean %(near)s?") % {
            "name": quote(text),
            "near": quote(names[near[0]]),
        }
    return gettext("there is no segment %(name)s") % {"name": quote(text)}
