"""The selection that a URL of the user list names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext

from users.admin.user_list.filters import exists_query, filter_values, required_keys
from users.admin.user_list.query_string import ListURL
from users.lucene.nodes import Match, Name, Query, Word
from users.lucene.parser import parse
from users.rights.actor import Actor
from users.search.search_box import parse_search_box
from users.search.segment_expansion import ID_PATTERN
from users.search.selection import MAX_NAMED, Selection, write_query

# Parameters of the URL: the primary key of a ticked user, and that all users are meant who match.
TICKED, ALL = "user", "all"


class InvalidSelection(ValueError):
    """The URL names no users, or too many one by one. The text is a sentence for the staff member."""


def selection_from_url(given: QueryDict, at: datetime, viewer: Actor) -> Selection:
    """All users that the list would show, or those ticked. Raises InvalidSelection, QueryError and Denied."""
    if given.get(ALL):
        address = ListURL(given)
        query = write_query(list(asked_parts(address)), viewer)
        return Selection(at=at, query=query, filters=filter_values(address))
    keys = {
        int(text) for text in given.getlist(TICKED) if text.isascii() and text.isdigit() and len(text) < 19
    }
    if not keys:
        raise InvalidSelection(gettext("Tick the users first."))
    if len(keys) > MAX_NAMED:
        raise InvalidSelection(
            gettext("Tick at most %(most)s users, or select all that match a search.") % {"most": MAX_NAMED}
        )
    return Selection(at=at, ids=tuple(sorted(keys)))


def asked_parts(address: ListURL) -> Iterable[Query]:
    """What the list is searched by: the box, a segment, and keys that users must have. Raises QueryError."""
    yield parse_search_box(address.text("q").strip())
    if address.text("segment"):
        # Anything else would be looked up as a name.
        if not ID_PATTERN.fullmatch(address.text("segment")):
            raise InvalidSelection(gettext("There is no such segment."))
        yield segment_query(address.text("segment"))
    for key in required_keys(address):
        yield parse(exists_query(key))


def segment_query(segment_id: str) -> Query:
    """The search for the users of a segment."""
    return Match(Name(("segment",)), Word(segment_id, is_quoted=True))
