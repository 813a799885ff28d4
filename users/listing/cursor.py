"""Cursors: a position in a list as signed text, which a URL carries to the next page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field

from users.crypto.signer import BadSignature, Purpose, sign, verify
from users.listing.keyset import Position


def encode_cursor(list_name: str, position: Position) -> str:
    """Return the position as a signed cursor. Clients can read its values, but cannot forge one."""
    # JSON has no dates and UUIDs; `to_python` of the field reads them back from text.
    values = [
        value if value is None or isinstance(value, str | int | float) else str(value) for value in position
    ]
    return sign(values, Purpose.CURSOR, list_name)


def decode_cursor(
    list_name: str, text: str, fields: Sequence[Field[Any, Any]], *, max_age: timedelta | None = None
) -> Position | None:
    """Return the position, of values of these fields; None for text that is no cursor of this list, or
    is older than `max_age`."""
    try:
        values = verify(text, Purpose.CURSOR, list_name, max_age=max_age)
        return tuple(
            None if value is None else field.to_python(value)
            for field, value in zip(fields, values, strict=True)
        )
    except (BadSignature, ValidationError, ValueError, TypeError):
        return None
