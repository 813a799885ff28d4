"""Describe metadata keys in words: types, numbers of users, values."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext, ngettext

from users.metadata.tally import TEXT_PREFIX
from users.metadata_map.keys import LIST, NULL, KeyCounts
from users.web.differences import Value

_PLURALS = {
    "string": "strings",
    "number": "numbers",
    "boolean": "booleans",
    "object": "objects",
    LIST: "lists",
    NULL: "null",
}
_SINGULARS = {**{name: name for name in _PLURALS}, LIST: "list"}


def describe_kinds(counts: KeyCounts) -> str:
    """Return the types alone, for narrow places: `number or string`, `list of strings`."""
    # null says little about a key's type, so it is named only where nothing else occurs.
    names = [name for name, _ in _sort_by_count(counts.types) if name != NULL] or [NULL]
    return " or ".join(_SINGULARS[name] + (_describe_items(counts) if name == LIST else "") for name in names)


def label_type(counts: KeyCounts, name: str) -> str:
    """Return a type in a word, a list with what it holds: `Number`, `List of text`."""
    labels = _type_labels()
    if name != LIST or not counts.items:
        return labels[name]
    held = [labels[item].lower() for item, _ in _sort_by_count(counts.items)]
    return gettext("List of %(types)s") % {"types": ", ".join(held)}


def _type_labels() -> dict[str, str]:
    """A function, since the language is that of the request."""
    return {
        "string": gettext("Text"),
        "number": gettext("Number"),
        "boolean": gettext("Yes or no"),
        "object": gettext("Object"),
        LIST: gettext("List"),
        NULL: gettext("Empty"),
    }


def describe_users(counts: KeyCounts) -> str:
    """Return `1,003 users`, or `about 412,000 users` where only a sample was read."""
    if counts.survey.is_complete:
        text = ngettext("%(count)s user", "%(count)s users", counts.users)
        return text % {"count": intcomma(counts.users)}
    return gettext("about %(count)s users") % {"count": intcomma(round_estimate(counts.estimated_users))}


def format_percent(share: float) -> str:
    """Format whole per cent, but never 0 or 100 for a part: it would claim none or all."""
    if 0 < share < 0.01:
        return gettext("under 1 %")
    return f"{99 if 0.99 < share < 1 else round(share * 100)} %"


def round_estimate(number: int) -> int:
    """Round to two digits: a sample is no more precise than that."""
    return int(float(f"{number:.2g}"))


def format_value(kind: str, given: Any) -> str:
    """Format a value, text without quotes where it cannot be mistaken for another JSON value."""
    text = Value(given).text
    return f"{text}…" if kind == TEXT_PREFIX else text


def _describe_items(counts: KeyCounts) -> str:
    held = _sort_by_count(counts.items)
    if len(held) < 2:
        # With one type, the number of items would add nothing.
        return "".join(f" of {_PLURALS[name]}" for name, _ in held)
    return " (of " + ", ".join(f"{intcomma(number)} {_PLURALS[name]}" for name, number in held) + ")"


def _sort_by_count(numbers: dict[str, int]) -> list[tuple[str, int]]:
    # Ties go by name, so that the order is the same on every request.
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
