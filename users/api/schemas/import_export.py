"""JSON Schemas of import and export requests.

Source: Auth0's published OpenAPI document, /jobs/users-imports and /jobs/users-exports.
"""

from __future__ import annotations

from users.api.schemas.tickets import CONNECTION_ID
from users.representation.schema import Schema, closed_object

FILE: Schema = {
    "type": "string",
    "format": "binary",
    "description": "The file: a JSON array of records, or a record on each line; as it is or as gzip.",
    "examples": ['[{"email": "jane.doe@example.com", "user_metadata": {"hobby": "surfing"}}]'],
}
_TEXTS: dict[str, Schema] = {
    "connection_id": CONNECTION_ID,
    "upsert": {
        "type": "boolean",
        "default": False,
        "description": "Write over users who are there already; this takes the scope update:users, too.",
    },
    # Length and characters are bounded, since it is repeated in responses and logs.
    "external_id": {
        "type": "string",
        "maxLength": 128,
        "pattern": r"^[^\x00-\x1f\x7f]*$",
        "description": "A name of your own for the job.",
        "examples": ["wave-3"],
    },
    # auth0-python sends it with every import.
    "send_completion_email": {
        "type": "boolean",
        "default": True,
        "description": "Taken for the sake of Auth0's clients: a client has no address to write to.",
    },
}
IMPORT: Schema = closed_object({"users": FILE, **_TEXTS}, required=("users", "connection_id"))
# The text parts, validated after the file has been removed from them.
IMPORT_TEXTS: Schema = closed_object(_TEXTS)
_NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": r"^[^\x00-\x1f\x7f]+$",
}
_FIELD = closed_object(
    {
        "name": {**_NAME, "description": "A path in the profile.", "examples": ["user_metadata.hobby"]},
        "export_as": {**_NAME, "description": "What the column is called.", "examples": ["Hobby"]},
    },
    required=("name",),
)
# A bound of our own: each field is looked up in every user.
FIELDS: Schema = {"type": "array", "items": _FIELD, "minItems": 1, "maxItems": 1000}
EXPORT: Schema = closed_object(
    {
        "connection_id": {**CONNECTION_ID, "description": "Only users of this connection."},
        "format": {"type": "string", "enum": ["json", "csv"], "description": "json: an object on each line."},
        "csv_bom": {
            "type": "boolean",
            "default": False,
            "description": "Begin a CSV file with a byte order mark, so that Excel shows accents.",
        },
        # 10**9 is no real limit; it keeps the number within a 32-bit integer.
        "limit": {"type": "integer", "minimum": 1, "maximum": 10**9, "description": "At most so many."},
        "fields": FIELDS,
    }
)
