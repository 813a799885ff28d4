"""Case folding, for case-insensitive comparison that is the same on every database."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The case-folded form: equal for two texts that differ only in case or in how accents are encoded.

    SQLite folds ASCII only and PostgreSQL by its locale, so the folded text is stored next to the original
    and compared as it is.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
