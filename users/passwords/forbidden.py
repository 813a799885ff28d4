"""What a password must not be or hold.

Source: Auth0 docs, "Configure Password Policies in Auth0 Database Connections".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from users.metadata.fold import fold

# A shorter name or nickname would be found in nearly every password.
MIN_FORBIDDEN_LENGTH = 3


def is_listed(password: str, words: Iterable[str]) -> bool:
    """Whether it is one of the words, whatever its case."""
    return fold(password) in {fold(word) for word in words}


def contains_any(password: str, values: Iterable[Any]) -> bool:
    """Whether it holds one of the values whole, whatever its case. Those that are no text, or
    very short, are passed over."""
    folded = fold(password)
    texts = (fold(value.strip()) for value in values if isinstance(value, str))
    return any(len(text) >= MIN_FORBIDDEN_LENGTH and text in folded for text in texts)
