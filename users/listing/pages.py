"""Pages of users in an order, each read on from a row of the one before.

Nothing is counted off: a deep page costs what the first costs, and what came or went meanwhile neither
repeats a row nor hides one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, F, Field, Q
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from users.models import User
from users.models.user import UserQuerySet


@dataclass(frozen=True)
class Sort:
    """By one value, then by id the same way; those who have no such value come last.

    `value` is a column, or an expression whose index the order is to be read from.
    """

    value: str | Expression
    is_descending: bool = False

    @property
    def field(self) -> Field:
        """What the values are."""
        if isinstance(self.value, str):
            return User._meta.get_field(self.value)
        return self.value.output_field

    @property
    def is_nullable(self) -> bool:
        """Whether some have no such value."""
        return not isinstance(self.value, str) or self.field.null


@dataclass(frozen=True)
class Cursor:
    """A row's place in an order: its value, None where it has none, and its id."""

    value: Any
    pk: int


@dataclass(frozen=True)
class Page:
    """`cursors` are those of `users`, one each."""

    users: list[User]
    cursors: list[Cursor]
    has_previous: bool
    has_next: bool


def read_page(
    users: UserQuerySet, sort: Sort, *, size: int, after: Cursor | None = None, before: Cursor | None = None
) -> Page:
    """The page that follows a place, or ends before it; the first where neither is given, and where
    fewer than a page are left before `before`."""
    if before is None:
        found = _fetch_rows(users, sort, size + 1, after)
        return _make_page(found[:size], has_previous=after is not None, has_next=len(found) > size)
    found = _fetch_rows(users, sort, size + 1, before, is_backwards=True)[::-1]
    if len(found) < size:
        return read_page(users, sort, size=size)
    return _make_page(found[-size:], has_previous=len(found) > size, has_next=True)


def _make_page(users: list[User], **ends: bool) -> Page:
    return Page(users, [Cursor(user.sorted_by, user.pk) for user in users], **ends)


def _fetch_rows(
    users: UserQuerySet, sort: Sort, most: int, place: Cursor | None, *, is_backwards: bool = False
) -> list[User]:
    """At most so many beyond the place, those with a value and those without each by themselves: so
    an index serves either, wherever it has its nulls."""
    value = F(sort.value) if isinstance(sort.value, str) else sort.value
    users = users.annotate(sorted_by=value)
    parts = [True, False] if sort.is_nullable else [True]
    if is_backwards:
        parts.reverse()
    if place is not None:
        parts = parts[parts.index(place.value is not None) :]
    is_down = sort.is_descending != is_backwards
    found: list[User] = []
    for has_value in parts:
        part = users.filter(sorted_by__isnull=not has_value) if sort.is_nullable else users
        if place is not None and has_value == (place.value is not None):
            part = part.filter(_keyset_condition(value, place, is_down))
        columns = (value, F("id")) if has_value else (F("id"),)
        order = [OrderBy(column, descending=is_down) for column in columns]
        found += part.order_by(*order)[: most - len(found)]
        if len(found) == most:
            break
    return found


def _keyset_condition(value: Any, place: Cursor, is_down: bool) -> Any:
    """The rows on the far side. Compared as a row: many may have the same value, and the index is then
    entered at the id within. For SQLite that is spelled out with an OR, which would hide the range."""
    compare = TupleLessThan if is_down else TupleGreaterThan
    if place.value is None:
        return compare(Tuple(F("id")), (place.pk,))
    row = compare(Tuple(value, F("id")), (place.value, place.pk))
    if connection.features.supports_tuple_lookups:
        return row
    return Q((f"sorted_by__{'lte' if is_down else 'gte'}", place.value)) & Q(row)
