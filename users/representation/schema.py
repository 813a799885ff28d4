"""JSON Schemas that the API's bodies, its OpenAPI document and the import share; those of root fields are in
`fields`.

Source: Auth0's published OpenAPI document (lengths, patterns) and recorded refusals (that
bodies are closed).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_DOCUMENT = {"type": "object", "additionalProperties": True}
# At least one character that is no space.
NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
# The display name of an object that also has an id.
LABEL: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": r"^[^<>\x00-\x1f\x7f]*[^<>\s\x00-\x1f\x7f][^<>\x00-\x1f\x7f]*$",
    "description": "Display name.",
}

DOCUMENTS: dict[str, Schema] = {
    "user_metadata": {
        **_DOCUMENT,
        "description": "What the user may edit, such as preferences.",
        "examples": [{"hobby": "surfing"}],
    },
    "app_metadata": {
        **_DOCUMENT,
        "description": "What the user may not edit and what changes their access, such as a plan.",
        "examples": [{"plan": "full"}],
    },
}
PASSWORD: Schema = {
    "type": "string",
    "minLength": 1,
    "examples": ["Plum-Tart-77"],
    "description": "The user's password, any text of up to 256 characters. Never returned.",
    "writeOnly": True,
}
BARE_ID: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 240,
    "pattern": r"^[^\s|]+$",
    "examples": ["6600aa11bb22cc33dd44ee55"],
    "description": "The part of the user's id after the provider.",
}
CONNECTION: Schema = {
    "type": "string",
    "minLength": 1,
    "description": "Name of the connection.",
    "examples": ["Username-Password-Authentication"],
}


def without_null(schema: Schema) -> Schema:
    """The same field where null makes no sense, as on creation."""
    types = schema["type"]
    if isinstance(types, str):
        return schema
    return {**schema, "type": next(name for name in types if name != "null")}


def closed_object(properties: dict[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """An object of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }
