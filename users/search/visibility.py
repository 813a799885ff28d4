"""A viewer may search only by what they may see: matches would disclose hidden values."""

from __future__ import annotations

from django.utils.translation import gettext

from users.lucene.nodes import Exists, Match, Query, terms
from users.lucene.parser import parse
from users.metadata.documents import DOCUMENTS
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.visible import PROFILE, visible
from users.search.searchable_fields import TYPE_PREFIX


def check_visible(query: Query, viewer: Actor) -> None:
    """Raises Denied for the first path that `viewer` may not see."""
    for term in terms(query):
        if not can_search_by(term, viewer):
            raise Denied(
                gettext("You may not search by %(field)s: you may not see it")
                % {"field": term.name or gettext("the profile")}
            )


def can_read_query(text: str, viewer: Actor) -> bool:
    """Whether `viewer` may see all that a stored query asks about."""
    return all(can_search_by(term, viewer) for term in terms(parse(text)))


def can_search_by(term: Exists | Match, viewer: Actor) -> bool:
    """Whether `viewer` may see what the term searches by."""
    return visible(viewer, *asked_about(term))


def asked_about(term: Exists | Match) -> tuple[str, tuple[str, ...]]:
    """The document and the path within it that the term asks about, as `visible` takes them."""
    document, *path = term.name.path if term.name else (PROFILE,)
    if document == TYPE_PREFIX and path:
        # The type of a value says something of the value.
        document, *path = path
    return (document, tuple(path)) if document in DOCUMENTS else (PROFILE, ())
