"""A page of the list of users."""

from __future__ import annotations

from users.models import Connection, User
from users.models.user import UserQuerySet
from users.search.sort_fields import parse_sort


def filter_by_connection(*, connection: str = "", users: UserQuerySet | None = None) -> UserQuerySet:
    """All users, or `users`, of the connection of that name; of any where none is named."""
    users = User.objects.all() if users is None else users
    if "\0" in connection:
        return users.none()
    if not connection:
        return users
    # Looked up first, and so a value by which the index of the connection's users is read.
    return users.filter(connection=Connection.objects.filter(name=connection).values("pk")[:1])


def paginate_users(users: UserQuerySet, *, number: int, size: int, sort: str = "") -> list[User]:
    """Page `number`, counted from 0. Raises UnknownSort.

    The page is found by ids alone, so that a deep one reads the index and not the people.
    """
    if size == 0:
        return []
    start = number * size
    ids = users.order_by(*parse_sort(sort)).values("pk")[start : start + size]
    return list(User.objects.with_connection().filter(pk__in=ids).order_by(*parse_sort(sort)))
