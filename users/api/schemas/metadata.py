"""JSON Schemas of metadata keys. An addition of ours: Auth0 has no such resource."""

from __future__ import annotations

from users.api.framework.paging import PAGE_QUERY
from users.metadata.documents import DOCUMENTS
from users.metadata.tally import KINDS
from users.representation.field_selection import fields_query
from users.representation.schema import Schema

# Counts of a sample are of the users read, never extrapolated here.
_COUNT: Schema = {"type": "integer", "minimum": 0}
_DOCUMENT: Schema = {"type": "string", "enum": list(DOCUMENTS)}


def _types(text: str) -> Schema:
    return {
        "type": "object",
        "properties": dict.fromkeys(KINDS, _COUNT),
        "description": text,
        "examples": [{"string": 412}],
    }


COUNTS: Schema = {
    "type": "object",
    "required": ["at", "read", "people", "users", "types", "item_types"],
    "properties": {
        "at": {"type": "string", "format": "date-time", "description": "When the users were read."},
        "read": {**_COUNT, "description": "How many users were read.", "examples": [1000]},
        "people": {**_COUNT, "description": "Of how many.", "examples": [250000]},
        "users": {**_COUNT, "description": "Of those read, who has a value there.", "examples": [412]},
        "types": _types("Of those read, how many have each type there."),
        "item_types": _types("How many have each type in a list there."),
    },
}
VALUE: Schema = {
    "type": "object",
    "required": ["value", "users", "q"],
    "properties": {
        "value": {"type": ["string", "number", "boolean"], "examples": ["full"]},
        "is_beginning": {
            "type": "boolean",
            "description": "Whether this is only the beginning of the text, which is too long to be stored.",
            "examples": [False],
        },
        "users": {**_COUNT, "description": "Of those read, who has this value.", "examples": [230]},
        # Ready to use: escaping values correctly is easy to get wrong.
        "q": {
            "type": "string",
            "description": "The search for who has it.",
            "examples": ['app_metadata.plan:"full"'],
        },
    },
}
KEY: Schema = {
    "type": "object",
    "required": ["document", "path", "field", "has_conflict", "values"],
    "properties": {
        "document": {**_DOCUMENT, "examples": ["app_metadata"]},
        # A list, since joined names would be ambiguous where they contain dots or brackets.
        "path": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The key, and before it those that hold it. A list stands for its items.",
            "examples": [["plan"]],
        },
        "field": {
            "type": "string",
            "description": "Its name in a search, escaped as that needs it.",
            "examples": ["app_metadata.plan"],
        },
        "sample": {**COUNTS, "description": "By the latest sample, where that met the key."},
        "exact": {**COUNTS, "description": "By the latest exact count, where that met the key."},
        # Mixed types are a common mistake of applications, so clients can find them at once.
        "has_conflict": {
            "type": "boolean",
            "description": "Whether users have values of different types there, apart from null.",
            "examples": [False],
        },
        "last_written": {"type": ["string", "null"], "format": "date-time"},
        "values": {
            "type": "array",
            "items": VALUE,
            "description": "The most frequent values, by the latest survey. None without a scope that"
            " opens the documents, such as read:users.",
        },
    },
}
QUERY: dict[str, Schema] = {
    **PAGE_QUERY,
    **fields_query(KEY["properties"]),
    "document": {**_DOCUMENT, "description": "Only keys of this document."},
}
