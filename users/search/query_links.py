"""Queries for keys and values of the metadata map, as targets of links."""

from __future__ import annotations

import json

from users.lucene.nodes import Exists, Match, Name, Pattern, Word
from users.lucene.printer import escape, unparse
from users.metadata.tally import TEXT_PREFIX
from users.models import MetadataKey
from users.search.searchable_fields import TYPE_PREFIX


def key_name(key: MetadataKey) -> Name:
    """The field of the key in a query."""
    return Name((key.document, *key.path))


def escaped_key_name(key: MetadataKey) -> str:
    """Its name, escaped for a query."""
    return escape(str(key_name(key)))


def query_for_key(key: MetadataKey) -> str:
    """A query for users with a value at the key."""
    return unparse(Exists(key_name(key)))


def query_for_value(key: MetadataKey, kind: str, value: object) -> str:
    """A query for users with this value; `kind` as in `metadata.tally`."""
    return unparse(Match(key_name(key), to_term(kind, value)))


def to_term(kind: str, value: object) -> Word | Pattern:
    """The value as a term of a query."""
    if kind == TEXT_PREFIX:
        return Pattern((str(value), ""))
    is_text = kind == "string"
    return Word(str(value) if is_text else json.dumps(value), is_quoted=is_text)


def query_for_type(key: MetadataKey, kind: str) -> str:
    """A query for users with a value of this JSON type at the key."""
    name = Name((TYPE_PREFIX, *key_name(key).path))
    return unparse(Match(name, Word(kind)))
