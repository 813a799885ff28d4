"""Comparing text without regard to case, the same way whatever the database."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The form two spellings share if they differ only in case or in how accents are encoded.

    SQLite folds ASCII only and PostgreSQL by its locale, so folded text is stored beside
    the original and compared as it stands.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
