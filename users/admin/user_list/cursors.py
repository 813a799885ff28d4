"""Where a page of the users list begins, as text in the address that nobody can make up."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError

from users.listing.pages import Cursor, Sort


def encode_cursor(place: Cursor, number: int, order: str) -> str:
    """The place in that order, and how many rows stand before what lies beyond."""
    is_json = place.value is None or isinstance(place.value, str | int | float)
    value = place.value if is_json else str(place.value)
    return signing.dumps([value, place.pk, number], salt=_salt(order))


def decode_cursor(text: str, order: str, sort: Sort) -> tuple[Cursor | None, int]:
    """The same; no place for what is none of this order."""
    try:
        value, pk, number = signing.loads(text, salt=_salt(order))
        return Cursor(_to_python(value, sort), pk), number
    except (signing.BadSignature, ValidationError):
        return None, 0


def _to_python(value: Any, sort: Sort) -> Any:
    return None if value is None else sort.field.to_python(value)


def _salt(order: str) -> str:
    """A place in one order is none in another."""
    return f"users.admin.user_list.cursors.{order}"
