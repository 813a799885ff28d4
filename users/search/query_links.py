"""Queries for what the metadata map tells, as links lead to."""

from __future__ import annotations

import json

from users.lucene.nodes import Exists, Match, Name, Pattern, Word
from users.lucene.printer import escape, write
from users.metadata.tally import BEGINNING
from users.models import MetadataKey


def name_of(key: MetadataKey) -> Name:
    """The field that a query asks for."""
    return Name((key.document, *key.path))


def field_of(key: MetadataKey) -> str:
    """Its name as a query spells it."""
    return escape(str(name_of(key)))


def who_has(key: MetadataKey) -> str:
    """Finds who has a value at the key."""
    return write(Exists(name_of(key)))


def who_has_value(key: MetadataKey, kind: str, value: object) -> str:
    """Finds who has this value there; `kind` is as `metadata.tally` has it."""
    return write(Match(name_of(key), asked_for(kind, value)))


def asked_for(kind: str, value: object) -> Word | Pattern:
    """The value as a query asks for it."""
    if kind == BEGINNING:
        return Pattern((str(value), ""))
    is_text = kind == "string"
    return Word(str(value) if is_text else json.dumps(value), is_quoted=is_text)
