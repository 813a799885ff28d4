"""Explain errors of a search below the search box."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from users.conf import conf
from users.lucene.errors import QueryError
from users.querying.errors import SearchTimeout, UnknownField
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.visible import visible
from users.search.full_scans import SlowKey
from users.search.searchable_fields import find_field

# Characters shown around the error of a long search.
CHARACTERS_BEFORE, CHARACTERS_AFTER = 32, 24


@dataclass(frozen=True)
class Problem:
    """An error message.

    `picture` is the text with a caret below the error. `corrections` are field names that may have been
    meant, each with the URL of the corrected search.
    """

    message: str
    picture: str = ""
    corrections: tuple[tuple[str, str], ...] = ()


def describe_problem(
    error: Exception,
    text: str,
    viewer: Actor,
    correction_url: Callable[[UnknownField, str], str],
    slow: tuple[SlowKey, ...],
) -> Problem:
    """Describe a QueryError, Denied or SearchTimeout of this text, a part of the whole search.

    `correction_url` returns the URL of the list with an unknown field replaced by the given name.
    """
    match error:
        case QueryError():
            end = "" if error.reason.endswith("?") else "."
            message = gettext("Can't read the search at character %(column)s: %(reason)s%(end)s") % {
                "column": error.column,
                "reason": error.reason,
                "end": end,
            }
            return Problem(
                message, draw_caret(text, error.column), tuple(_corrections(error, viewer, correction_url))
            )
        case Denied():
            return Problem(f"{error.reason}.")
        case SearchTimeout():
            return Problem(_too_slow(slow))
    raise error


def draw_caret(text: str, column: int) -> str:
    """Return the text with a caret below the column, counted from 1."""
    at = column - 1
    start, end = max(0, at - CHARACTERS_BEFORE), min(len(text), at + CHARACTERS_AFTER)
    # One character each, so that the caret stays below the right one.
    shown = "".join(character if character.isprintable() else " " for character in text[start:end])
    if start:
        shown = f"…{shown[1:]}"
    if end < len(text):
        shown = f"{shown[:-1]}…"
    return f"{shown}\n{' ' * (at - start)}^"


def _corrections(
    error: QueryError, viewer: Actor, correction_url: Callable[[UnknownField, str], str]
) -> Iterable[tuple[str, str]]:
    # Only an unknown name can be corrected by replacing one word.
    if not isinstance(error, UnknownField):
        return
    for name in error.near:
        field = find_field(tuple(name.split(".")))
        # A correction must not disclose the name of a key that this staff member may not see.
        if field is not None and visible(viewer, field.document, field.path):
            yield name, correction_url(error, name)


def _too_slow(slow: tuple[SlowKey, ...]) -> str:
    message = gettext("This search took longer than %(seconds)s seconds and was stopped.") % {
        "seconds": conf.search_timeout
    }
    keys = ", ".join(map(str, slow))
    if not keys:
        return gettext("%(message)s Narrow it, for example with the start of an email.") % {
            "message": message
        }
    return gettext(
        "%(message)s It scans all users: no index covers %(keys)s. Add another term to narrow it."
    ) % {"message": message, "keys": keys}
