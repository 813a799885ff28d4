"""Finding users by a query in Auth0's search language."""

from __future__ import annotations

from users.lucene.nodes import Query
from users.lucene.parser import Implicit, parse
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.search.compile import to_condition
from users.search.conditions import ALL_USERS, Condition
from users.search.segment_expansion import expand_segments
from users.search.sql.expression import MatchesCondition
from users.search.visibility import check_visible


def search_users(
    users: UserQuerySet, text: str, *, viewer: Actor, implicit: Implicit = Implicit.OR, strict: bool = False
) -> UserQuerySet:
    """Those of `users` whom the query finds; all where it is empty.

    Raises QueryError, and Denied where it asks about what `viewer` may not see: the answer would tell.
    """
    return filter_by_query(users, parse(text, implicit=implicit), viewer=viewer, strict=strict)


def filter_by_query(
    users: UserQuerySet, query: Query, *, viewer: Actor, strict: bool = False
) -> UserQuerySet:
    """The same by a query that is read already."""
    return filter_by_condition(users, compile_query(query, viewer=viewer, strict=strict))


def filter_by_condition(users: UserQuerySet, condition: Condition) -> UserQuerySet:
    """The same by what the query means."""
    return users if condition == ALL_USERS else users.filter(MatchesCondition(condition))


def compile_query(query: Query, *, viewer: Actor, strict: bool = False) -> Condition:
    """What a query means, asked by `viewer`. Raises QueryError and Denied."""
    query = expand_segments(query, viewer)
    check_visible(query, viewer)
    return to_condition(query, strict=strict)
