"""Passwords that are forbidden: dictionary words and personal information.

Source: Auth0 docs, "Configure Password Policies in Auth0 Database Connections".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from users.metadata.fold import fold

# A shorter name would be contained in nearly every password.
MIN_FORBIDDEN_LENGTH = 3


def is_listed(password: str, words: Iterable[str]) -> bool:
    """Whether the password is one of the words, case-insensitively."""
    return fold(password) in {fold(word) for word in words}


def contains_any(password: str, values: Iterable[Any]) -> bool:
    """Whether the password contains one of the values, case-insensitively. Values that are not text, or
    very short, are ignored."""
    # Folded like names, so that MÜLLER in a password is found for Müller.
    folded = fold(password)
    texts = (fold(value.strip()) for value in values if isinstance(value, str))
    return any(len(text) >= MIN_FORBIDDEN_LENGTH and text in folded for text in texts)
