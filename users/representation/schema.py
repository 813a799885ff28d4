"""The fields of a profile as JSON Schema: one source for the API's bodies, its OpenAPI
document, the import and the dashboard's form.

Source: Auth0's published OpenAPI document (lengths, patterns) and recorded refusals (that
bodies are closed).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_NAME = {"type": ["string", "null"], "minLength": 1, "maxLength": 300, "pattern": ONE_LINE}
_SHORT_NAME = {"type": ["string", "null"], "minLength": 1, "maxLength": 150, "pattern": ONE_LINE}
_DOCUMENT = {"type": "object", "additionalProperties": True}
# At least one character that is no space.
NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
# What people call a thing that has an id besides.
LABEL: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": r"^[^<>\x00-\x1f\x7f]*[^<>\s\x00-\x1f\x7f][^<>\x00-\x1f\x7f]*$",
    "description": "What people call it.",
}

# What POST takes as a string and PATCH also takes as null, which removes it.
NULLABLE_FIELDS: dict[str, Schema] = {
    "email": {"type": ["string", "null"], "format": "email", "description": "The user's e-mail address."},
    "username": {
        "type": ["string", "null"],
        "minLength": 1,
        "maxLength": 128,
        "pattern": r"^[A-Za-z0-9@^$.!`\-#+'~_]+$",
        "examples": ["jane"],
        "description": "The user's user name, where the connection has user names.",
    },
    "phone_number": {
        "type": ["string", "null"],
        "pattern": r"^\+[0-9]{1,15}$",
        "examples": ["+4915112345678"],
        "description": "The user's phone number, following E.164.",
    },
    "name": {**_NAME, "description": "The user's full name.", "examples": ["Jane Doe"]},
    "nickname": {**_NAME, "description": "The user's nickname.", "examples": ["jane"]},
    "given_name": {**_SHORT_NAME, "description": "The user's given name.", "examples": ["Jane"]},
    "family_name": {**_SHORT_NAME, "description": "The user's family name.", "examples": ["Doe"]},
    "picture": {
        "type": ["string", "null"],
        "format": "uri",
        "maxLength": 2048,
        "description": "Address of the user's picture.",
    },
}
BOOLEAN_FIELDS: dict[str, Schema] = {
    "email_verified": {"type": "boolean", "description": "Whether the e-mail address is verified."},
    "phone_verified": {"type": "boolean", "description": "Whether the phone number is verified."},
    "blocked": {"type": "boolean", "description": "Whether the user is blocked by an administrator."},
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
# Every root field an account can be given, each with what it may hold.
PROFILE: dict[str, Schema] = {**NULLABLE_FIELDS, **BOOLEAN_FIELDS}

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
