"""By what the users list may be sorted: only what an index backs."""

from __future__ import annotations

from dataclasses import dataclass

from users.admin.user_list.query_string import ListURL
from users.listing.pages import Sort
from users.rights.actor import Actor
from users.rights.visible import visible
from users.search.indexed_keys import is_sortable, parse_key_path
from users.search.sort_fields import SORT_COLUMNS, sort_expression

# As in the API, the second part 1 or -1. What comes first where a heading is chosen is what people
# mostly look for.
DEFAULT_ORDER = "created_at:-1"
DEFAULT_DIRECTIONS = {"email": "1", "logins_count": "-1", "last_login": "-1", "created_at": "-1"}


@dataclass(frozen=True)
class Heading:
    """`direction` is "ascending" or "descending" where the list is sorted by it; `link` sorts by it,
    or turns the order round, and is empty where it cannot be sorted by."""

    label: str
    title: str = ""
    direction: str = ""
    link: str = ""


def requested_order(address: ListURL, viewer: Actor) -> str:
    """The order that the address names; newest first where it names none, or one that is not to be had."""
    text = address.text("sort")
    name, _, direction = text.rpartition(":")
    return text if direction in ("1", "-1") and _can_sort_by(name, viewer) else DEFAULT_ORDER


def parse_order(text: str) -> Sort:
    """That order."""
    name, _, direction = text.rpartition(":")
    value = SORT_COLUMNS[name] if name in DEFAULT_DIRECTIONS else sort_expression(name)
    return Sort(value, is_descending=direction == "-1")


def make_heading(name: str, label: str, address: ListURL, viewer: Actor, *, title: str = "") -> Heading:
    """What stands above a column."""
    if not _can_sort_by(name, viewer):
        return Heading(label, title)
    now, _, direction = requested_order(address, viewer).rpartition(":")
    if name != now:
        return Heading(label, title, "", address.link(sort=f"{name}:{DEFAULT_DIRECTIONS.get(name, '1')}"))
    turned = {"1": "-1", "-1": "1"}[direction]
    words = "descending" if direction == "-1" else "ascending"
    return Heading(label, title, words, address.link(sort=f"{name}:{turned}"))


def _can_sort_by(name: str, viewer: Actor) -> bool:
    place = parse_key_path(name)
    if place is None:
        return name in DEFAULT_DIRECTIONS
    return visible(viewer, *place) and is_sortable(*place)
