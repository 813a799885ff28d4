"""Validate a whole document: the cheap checks first, so that refusing costs less than storing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from users.metadata.documents import JSON, Document, type_name, type_names
from users.metadata.errors import MetadataError, Path, TooLarge
from users.metadata.limits import Limits, depth
from users.metadata.messages import Message
from users.metadata.names import check_names
from users.metadata.text import bad_characters, size


def validate(document: str, value: JSON, limits: Limits) -> Document:
    """Return `value` if it may be stored as `document`. Raises MetadataError or TooLarge."""
    # Depth before size: serializing a document nested too deep would exhaust the stack.
    check_object(document, value)
    check_depth(document, value, limits)
    try:
        found = size(value)
    except (TypeError, ValueError):  # no JSON; `check_values` says where
        found = 0
    _check_bytes(document, found, limits)
    check_names(document, value)
    check_values(document, value, limits)
    checked: Document = value
    return checked


def check_object(document: str, value: JSON) -> None:
    """The top level must be an object."""
    if not isinstance(value, dict):
        reason = Message("the document must be an object, not %(type)s", type=type_name(value))
        raise MetadataError((), reason, document=document)


def check_depth(document: str, value: JSON, limits: Limits) -> None:
    """Nesting must be within the limit; the document itself counts as 1."""
    if depth(value, give_up_at=limits.max_depth + 1) > limits.max_depth:
        reason = Message("nested deeper than %(levels)d levels; flatten it", levels=limits.max_depth)
        raise MetadataError((), reason, document=document)


def check_values(document: str, value: JSON, limits: Limits) -> None:
    """Only values that both databases return equal. The parser refuses others at the edge; this is for
    callers without a text (rules, shell, import)."""
    for path, leaf in iterate_leaves(value):
        reason = _refusal(leaf, limits)
        if reason:
            raise MetadataError(path, reason, document=document)


def check_size(document: str, value: JSON, limits: Limits) -> None:
    """The size as compact UTF-8 must be within the limit."""
    _check_bytes(document, size(value), limits)


def _check_bytes(document: str, found: int, limits: Limits) -> None:
    if found > limits.max_bytes:
        reason = Message(
            "%(size)s bytes, %(most)s are allowed; remove what is not needed",
            size=f"{found:,}",
            most=f"{limits.max_bytes:,}",
        )
        raise TooLarge((), reason, document=document)


def size_above_advised(value: Document | None, limits: Limits) -> int | None:
    """The size in bytes of a document that is allowed but larger than advised; None for others."""
    found = size(value or {})
    return found if found > limits.advised_bytes else None


def iterate_leaves(value: JSON, path: Path = ()) -> Iterator[tuple[Path, JSON]]:
    """Every field name and every scalar in `value`, each with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name), name
            yield from iterate_leaves(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from iterate_leaves(inner, (*path, position))
    else:
        yield path, value


def _refusal(leaf: JSON, limits: Limits) -> str | None:
    if type(leaf) not in type_names:
        return Message("%(type)s is not a JSON type", type=type(leaf).__name__)
    if type(leaf) is str:
        return bad_characters(leaf)
    if type(leaf) is float and not math.isfinite(leaf):
        return Message("NaN and Infinity are not JSON numbers; use null or a string")
    if type(leaf) is int and _is_too_long(leaf, limits.max_digits):
        return Message("an integer may have at most %(most)d digits; use a string", most=limits.max_digits)
    return None


def _is_too_long(number: int, max_digits: int) -> bool:
    # 10**digits is expensive to compute for a high limit, so compare the number of bits first.
    return number.bit_length() > max_digits * 3 and abs(number) >= 10**max_digits
