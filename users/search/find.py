"""Finding users by a query in Auth0's search language."""

from __future__ import annotations

from users.lucene.nodes import Query, terms
from users.lucene.parser import Implicit, parse
from users.metadata.documents import DOCUMENTS
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.visible import PROFILE, visible
from users.search.conditions import EVERYBODY
from users.search.meaning import understand
from users.search.sql.expression import Fits


def found(
    users: UserQuerySet, text: str, *, viewer: Actor, implicit: Implicit = Implicit.OR, strict: bool = False
) -> UserQuerySet:
    """Those of `users` whom the query finds; all where it is empty.

    Raises QueryError, and Denied where it asks about what `viewer` may not see: the answer would tell.
    """
    return whom(users, parse(text, implicit=implicit), viewer=viewer, strict=strict)


def whom(users: UserQuerySet, query: Query, *, viewer: Actor, strict: bool = False) -> UserQuerySet:
    """The same by a query that is read already."""
    check_visible(query, viewer)
    condition = understand(query, strict=strict)
    return users if condition == EVERYBODY else users.filter(Fits(condition))


def check_visible(query: Query, viewer: Actor) -> None:
    """Raises Denied for the first path that `viewer` may not see."""
    for term in terms(query):
        document, *path = term.name.path if term.name else (PROFILE,)
        if document not in DOCUMENTS:
            document, path = PROFILE, []
        if not visible(viewer, document, tuple(path)):
            raise Denied(f"You may not search by {term.name or 'the profile'}: you may not see it")
