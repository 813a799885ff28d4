"""Queries for what the metadata map tells, as links lead to."""

from __future__ import annotations

import json

from users.lucene.nodes import Exists, Match, Name, Pattern, Word
from users.lucene.printer import escape, unparse
from users.metadata.tally import TEXT_PREFIX
from users.models import MetadataKey


def key_name(key: MetadataKey) -> Name:
    """The field that a query asks for."""
    return Name((key.document, *key.path))


def escaped_key_name(key: MetadataKey) -> str:
    """Its name as a query spells it."""
    return escape(str(key_name(key)))


def query_for_key(key: MetadataKey) -> str:
    """Finds who has a value at the key."""
    return unparse(Exists(key_name(key)))


def query_for_value(key: MetadataKey, kind: str, value: object) -> str:
    """Finds who has this value there; `kind` is as `metadata.tally` has it."""
    return unparse(Match(key_name(key), to_term(kind, value)))


def to_term(kind: str, value: object) -> Word | Pattern:
    """The value as a query asks for it."""
    if kind == TEXT_PREFIX:
        return Pattern((str(value), ""))
    is_text = kind == "string"
    return Word(str(value) if is_text else json.dumps(value), is_quoted=is_text)
