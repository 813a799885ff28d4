"""The filters of the user list as its URL has them, and the chips that remove them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from users.admin.user_list.query_string import ListURL
from users.lucene.nodes import Exists, Name
from users.lucene.printer import unparse
from users.search.list_filters import FILTERS, Choice, Filter


@dataclass(frozen=True)
class Chip:
    """An active filter. `remove` is the URL of the list without it."""

    title: str
    label: str
    words: str
    remove: str


def filter_values(address: ListURL) -> dict[str, str]:
    """The values of the filters that the URL names."""
    return {each.name: value for each in FILTERS if (value := address.text(each.name))}


def exists_query(name: str) -> str:
    """Return the search for users who have a value at the key."""
    return unparse(Exists(Name(tuple(name.split(".")))))


def required_keys(address: ListURL) -> list[str]:
    """Return the metadata keys that users must have a value for."""
    return list(dict.fromkeys(name for each in address.texts("has") if (name := each.strip())))


def active_chips(address: ListURL, choices: Iterable[tuple[Filter, Choice]]) -> list[Chip]:
    """Return a chip for each active filter."""
    shown = [
        Chip(gettext(each.title), choice.label, choice.words, address.link(**{each.name: None}))
        for each, choice in choices
    ]
    names = required_keys(address)
    return shown + [
        Chip(
            gettext("Has"),
            name,
            exists_query(name),
            address.link(has=[other for other in names if other != name]),
        )
        for name in names
    ]
