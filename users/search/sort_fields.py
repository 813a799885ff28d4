"""Sort orders of the list of users."""

from __future__ import annotations

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext

from users.models import User
from users.representation.fields import FIELDS
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.visible import visible
from users.search.indexed_keys import indexed_keys, parse_key_path
from users.search.sql.expression import IndexedValue

# Auth0's field names and our columns. Names and emails sort case-insensitively.
SORT_COLUMNS = {name: field.sort_column for name, field in FIELDS.items() if field.is_sortable}
OLDEST_FIRST = (OrderBy(F("created_at")), OrderBy(F("id")))


class UnknownSort(ValueError):
    """There is no such field to sort by."""


class NotIndexed(UnknownSort):
    """A metadata key without index: sorting by it would read all users."""


def parse_sort(sort: str) -> tuple[OrderBy, ...]:
    """`"last_login:-1"` as an order: empty ones last, ties in a fixed order. A key of metadata
    counts as empty where it holds nothing of its index's kind.

    Raises UnknownSort. Nothing: oldest first.
    """
    if not sort:
        return OLDEST_FIRST
    name, _, direction = sort.rpartition(":")
    down = direction == "-1"
    if name in SORT_COLUMNS:
        # NULLS LAST only for nullable columns: elsewhere it would differ from the index, which then cannot
        # serve.
        nulls_last = User._meta.get_field(SORT_COLUMNS[name]).null or None
        first = OrderBy(F(SORT_COLUMNS[name]), descending=down, nulls_last=nulls_last)
    else:
        first = OrderBy(sort_expression(name), descending=down, nulls_last=True)
    return first, OrderBy(F("id"), descending=down)


def sort_expression(name: str) -> IndexedValue:
    """What a key of metadata holds, as its index has it. Raises UnknownSort."""
    place = parse_key_path(name)
    if place is None:
        raise UnknownSort(name)
    key = indexed_keys().get(place)
    if key is None:
        raise NotIndexed(name)
    return IndexedValue(key)


def check_sort_visible(sort: str, viewer: Actor) -> None:
    """Raises Denied where the order would disclose what `viewer` may not see."""
    place = parse_key_path(sort.rpartition(":")[0])
    if place is not None and not visible(viewer, *place):
        raise Denied(
            gettext("You may not sort by %(field)s: you may not see it") % {"field": sort.rpartition(":")[0]}
        )
