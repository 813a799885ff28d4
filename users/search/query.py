"""Find users by a query in Auth0's search language."""

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
    """Filter `users` by the query; an empty query matches all.

    Raises QueryError, and Denied where it searches by what `viewer` may not see: the matches would
    disclose it.
    """
    return filter_by_query(users, parse(text, implicit=implicit), viewer=viewer, strict=strict)


def filter_by_query(
    users: UserQuerySet, query: Query, *, viewer: Actor, strict: bool = False
) -> UserQuerySet:
    """The same for a parsed query."""
    return filter_by_condition(users, compile_query(query, viewer=viewer, strict=strict))


def filter_by_condition(users: UserQuerySet, condition: Condition) -> UserQuerySet:
    """The same for a compiled query."""
    return users if condition == ALL_USERS else users.filter(MatchesCondition(condition))


def compile_query(query: Query, *, viewer: Actor, strict: bool = False) -> Condition:
    """Compile a query of `viewer`. Raises QueryError and Denied."""
    query = expand_segments(query, viewer)
    # After segments are expanded, since a shared segment may search by keys that the viewer may not see.
    check_visible(query, viewer)
    return to_condition(query, strict=strict)
