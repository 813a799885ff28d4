"""Argument types that several commands share."""

from __future__ import annotations

from argparse import ArgumentTypeError


def whole_number(text: str) -> int:
    """Parse a non-negative whole number. Raises ArgumentTypeError."""
    # `int` alone would also take signs, spaces, underscores and the digits of other scripts.
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
