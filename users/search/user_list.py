"""The list of users."""

from __future__ import annotations

from users.models import Connection, User
from users.models.user import UserQuerySet
from users.search.sort_fields import parse_sort


def filter_by_connection(*, connection: str = "", users: UserQuerySet | None = None) -> UserQuerySet:
    """All users, or `users`, of the connection with that name; without a name, of all connections."""
    users = User.objects.all() if users is None else users
    # PostgreSQL raises an error for text with NUL.
    if "\0" in connection:
        return users.none()
    if not connection:
        return users
    # A sub-query with LIMIT, so that PostgreSQL evaluates it first and uses the index of the connection's
    # users.
    return users.filter(connection=Connection.objects.filter(name=connection).values("pk")[:1])


def paginate_users(users: UserQuerySet, *, number: int, size: int, sort: str = "") -> list[User]:
    """Page `number`, counted from 0 (offset pagination, as Auth0's API has it). Raises UnknownSort.

    The page is found by ids alone, so that the rows skipped by a deep page are read from the index only.
    """
    if size == 0:
        return []
    start = number * size
    ids = users.order_by(*parse_sort(sort)).values("pk")[start : start + size]
    return list(User.objects.with_connection().filter(pk__in=ids).order_by(*parse_sort(sort)))
