"""By what the users list may be sorted: only what an index backs."""

from __future__ import annotations

from dataclasses import dataclass

from users.admin.user_list.query_string import Address
from users.listing.pages import Sort
from users.rights.actor import Actor
from users.rights.visible import visible
from users.search.indexed_keys import is_sortable, place_of
from users.search.sort_fields import COLUMNS, value_of

# As in the API, the second part 1 or -1. What comes first where a heading is chosen is what people
# mostly look for.
NEWEST = "created_at:-1"
FIRST = {"email": "1", "logins_count": "-1", "last_login": "-1", "created_at": "-1"}


@dataclass(frozen=True)
class Heading:
    """`direction` is "ascending" or "descending" where the list is sorted by it; `link` sorts by it,
    or turns the order round, and is empty where it cannot be sorted by."""

    label: str
    title: str = ""
    direction: str = ""
    link: str = ""


def asked(address: Address, viewer: Actor) -> str:
    """The order that the address names; newest first where it names none, or one that is not to be had."""
    text = address.text("sort")
    name, _, direction = text.rpartition(":")
    return text if direction in ("1", "-1") and _is_offered(name, viewer) else NEWEST


def sort_of(text: str) -> Sort:
    """That order."""
    name, _, direction = text.rpartition(":")
    value = COLUMNS[name] if name in FIRST else value_of(name)
    return Sort(value, is_descending=direction == "-1")


def heading(name: str, label: str, address: Address, viewer: Actor, *, title: str = "") -> Heading:
    """What stands above a column."""
    if not _is_offered(name, viewer):
        return Heading(label, title)
    now, _, direction = asked(address, viewer).rpartition(":")
    if name != now:
        return Heading(label, title, "", address.link(sort=f"{name}:{FIRST.get(name, '1')}"))
    turned = {"1": "-1", "-1": "1"}[direction]
    words = "descending" if direction == "-1" else "ascending"
    return Heading(label, title, words, address.link(sort=f"{name}:{turned}"))


def _is_offered(name: str, viewer: Actor) -> bool:
    place = place_of(name)
    if place is None:
        return name in FIRST
    return visible(viewer, *place) and is_sortable(*place)
