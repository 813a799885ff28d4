"""Finding users by a query in Auth0's search language."""

from __future__ import annotations

from users.lucene.nodes import Query
from users.lucene.parser import Implicit, parse
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.search.compile import understand
from users.search.conditions import EVERYBODY, Condition
from users.search.segment_expansion import expanded
from users.search.sql.expression import Fits
from users.search.visibility import check_visible


def found(
    users: UserQuerySet, text: str, *, viewer: Actor, implicit: Implicit = Implicit.OR, strict: bool = False
) -> UserQuerySet:
    """Those of `users` whom the query finds; all where it is empty.

    Raises QueryError, and Denied where it asks about what `viewer` may not see: the answer would tell.
    """
    return whom(users, parse(text, implicit=implicit), viewer=viewer, strict=strict)


def whom(users: UserQuerySet, query: Query, *, viewer: Actor, strict: bool = False) -> UserQuerySet:
    """The same by a query that is read already."""
    return those(users, understood(query, viewer=viewer, strict=strict))


def those(users: UserQuerySet, condition: Condition) -> UserQuerySet:
    """The same by what the query means."""
    return users if condition == EVERYBODY else users.filter(Fits(condition))


def understood(query: Query, *, viewer: Actor, strict: bool = False) -> Condition:
    """What a query means, asked by `viewer`. Raises QueryError and Denied."""
    query = expanded(query, viewer)
    check_visible(query, viewer)
    return understand(query, strict=strict)
