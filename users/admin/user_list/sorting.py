"""Sorting of the user list: only columns that an index supports."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Expression

from users.admin.user_list.query_string import ListURL
from users.listing.keyset import Keyset
from users.models import User
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.rights.visible import visible
from users.search.indexed_keys import is_sortable, parse_key_path
from users.search.sort_fields import SORT_COLUMNS, sort_expression

# In the API's notation, field and 1 or -1. Choosing a heading first sorts in the direction that is wanted
# most often.
DEFAULT_ORDER = "created_at:-1"
SORTED_BY = "sorted_by"
DEFAULT_DIRECTIONS = {"email": "1", "logins_count": "-1", "last_login": "-1", "created_at": "-1"}


@dataclass(frozen=True)
class Sort:
    """The order of the list. `value` is the expression to sort by, None for a column of the table."""

    order: Keyset
    value: Expression | None = None

    def prepare(self, users: UserQuerySet) -> UserQuerySet:
        """The users with what the order names."""
        return users if self.value is None else users.annotate(**{SORTED_BY: self.value})


@dataclass(frozen=True)
class Heading:
    """A table heading.

    `direction` is "ascending" or "descending" where the list is sorted by it; `link` sorts by it or reverses
    the order, and is empty where it cannot be sorted by. `kind` is that of the column.
    """

    label: str
    title: str = ""
    direction: str = ""
    link: str = ""
    kind: str = ""


def requested_order(address: ListURL, viewer: Actor) -> str:
    """Return the order that the URL names; newest first where it names none, or one that is not possible."""
    text = address.text("sort")
    name, _, direction = text.rpartition(":")
    return text if direction in ("1", "-1") and _can_sort_by(name, viewer) else DEFAULT_ORDER


def parse_order(text: str) -> Sort:
    """Return the sort of an order."""
    name, _, direction = text.rpartition(":")
    is_descending = direction == "-1"
    if name not in DEFAULT_DIRECTIONS:
        return Sort(Keyset((SORTED_BY, "id"), is_descending, is_nullable=True), sort_expression(name))
    column = User._meta.get_field(SORT_COLUMNS[name])
    # The id breaks ties, as a cursor has to name one row.
    return Sort(Keyset((column.name, "id"), is_descending, is_nullable=column.null))


def make_heading(
    name: str, label: str, address: ListURL, viewer: Actor, *, title: str = "", kind: str = ""
) -> Heading:
    """Return the heading of a column."""
    if not _can_sort_by(name, viewer):
        return Heading(label, title, kind=kind)
    now, _, direction = requested_order(address, viewer).rpartition(":")
    if name != now:
        first = DEFAULT_DIRECTIONS.get(name, "1")
        return Heading(label, title, "", address.link(sort=f"{name}:{first}"), kind)
    turned = {"1": "-1", "-1": "1"}[direction]
    words = "descending" if direction == "-1" else "ascending"
    return Heading(label, title, words, address.link(sort=f"{name}:{turned}"), kind)


def _can_sort_by(name: str, viewer: Actor) -> bool:
    place = parse_key_path(name)
    if place is None:
        return name in DEFAULT_DIRECTIONS
    # The order of a list discloses values, so sorting needs the right to see the key.
    return visible(viewer, *place) and is_sortable(*place)
