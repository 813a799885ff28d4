"""Optimistic lock of configuration: an edit names the version that its form was opened with, and is refused
where another user has saved the same settings since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from users.actions.errors import StaleVersion


def version_of(row: Model, columns: Iterable[str]) -> str:
    """A digest of these columns of the row: it differs once one of them has another value.

    Of the columns that a form edits, since a change of others is no conflict with it.
    """
    return digest({name: getattr(row, name) for name in columns})


def digest(values: Mapping[str, Any]) -> str:
    """The version of settings that are not all columns of one row, such as related rows."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def check_version(row: Model, columns: Iterable[str], version: str | None) -> None:
    """Raises StaleVersion where the locked row is not at this version; None asks for no check."""
    if version is not None and version != version_of(row, columns):
        raise StaleVersion
