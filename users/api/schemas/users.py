"""JSON Schemas of users: bodies, queries and responses."""

from __future__ import annotations

from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, checkpoint_schema
from users.api.schemas.identities import IDENTITIES
from users.representation.field_selection import fields_query
from users.representation.fields import FIELDS, WRITABLE
from users.representation.schema import (
    BARE_ID,
    CONNECTION,
    DOCUMENTS,
    PASSWORD,
    Schema,
    closed_object,
    without_null,
)

_VERIFY_EMAIL = {
    "type": "boolean",
    # Auth0 also sends where it is left out. Then a migration through the API would mail every user.
    "description": "Whether a verification mail is sent. Unlike at Auth0, none is unless it is true.",
}
# `false` is accepted, since SDKs send their defaults.
_NO_SMS = {"type": "boolean", "const": False, "description": "No text messages are sent."}

# Source: recorded refusals of the real service.
UNKNOWN_FIELD = (
    " (consider storing them in app_metadata or user_metadata."
    ' See "Users Metadata" in https://auth0.com/docs/api/v2/changes for more details)'
)
CREATE_USER = closed_object(
    {
        # Null removes a field, and a new user has none to remove.
        **{name: without_null(schema) for name, schema in WRITABLE.items()},
        **DOCUMENTS,
        "connection": CONNECTION,
        "password": PASSWORD,
        "user_id": BARE_ID,
        "verify_email": _VERIFY_EMAIL,
    },
    required=("connection",),
)
CREATE_EXAMPLE = {
    "connection": "Username-Password-Authentication",
    "email": "jane.doe@example.com",
    "password": "Plum-Tart-77",
    "user_metadata": {"hobby": "surfing"},
    "app_metadata": {"plan": "full"},
}
UPDATE_USER = {
    **closed_object(
        {
            **WRITABLE,
            **DOCUMENTS,
            "connection": CONNECTION,
            "password": PASSWORD,
            "client_id": {"type": "string", "description": "The client that the user signed in to."},
            "verify_email": _VERIFY_EMAIL,
            "verify_phone_number": _NO_SMS,
        }
    ),
    # An empty PATCH is mostly a bug of the caller.
    "minProperties": 1,
}

UPDATE_EXAMPLE = {"name": "Jane Doe", "user_metadata": {"hobby": None}, "app_metadata": {"plan": "pro"}}

USER: Schema = {
    "type": "object",
    "properties": {
        **{name: without_null(field.schema) for name, field in FIELDS.items()},
        **DOCUMENTS,
        "identities": IDENTITIES,
    },
}
USERS: Schema = {"type": "array", "items": USER}
PAGE: Schema = {
    "type": "object",
    "properties": {
        "start": {"type": "integer"},
        "limit": {"type": "integer"},
        "length": {"type": "integer"},
        "total": {"type": "integer"},
        "users": USERS,
    },
}
CHECKPOINT: Schema = checkpoint_schema("users", USER)

_USER_PROPERTIES: dict[str, Schema] = USER["properties"]
FIELDS_QUERY = fields_query(_USER_PROPERTIES)
LIST_QUERY: dict[str, Schema] = {
    **PAGE_QUERY,
    **CHECKPOINT_QUERY,
    "q": {
        "type": "string",
        "description": "The search, in Auth0's search language; all users where it is empty.",
        "examples": ['name:jane* AND user_metadata.hobby:"surfing"'],
    },
    "sort": {
        "type": "string",
        # Source: Auth0's published OpenAPI document.
        "pattern": r"^[a-zA-Z0-9_\.]+:(1|-1)$",
        "description": "A field and 1 or -1, as in created_at:-1.",
    },
    # Auth0 ignores it with the engine v3; an ignored filter would return everyone.
    "connection": {"type": "string", "description": "Only users of this connection."},
    # Open as in Auth0's OpenAPI document, which closes it for single users.
    **fields_query(_USER_PROPERTIES, is_open=True),
    # v1 and v2 are accepted here, to be refused with Auth0's own message.
    "search_engine": {
        "type": "string",
        "enum": ["v1", "v2", "v3"],
        "description": "v3, the only one there is.",
    },
    "primary_order": {
        "type": "boolean",
        "default": True,
        "description": "Accepted; the order is always the same.",
    },
}
EMAIL_QUERY: dict[str, Schema] = {
    "email": {"type": "string", "minLength": 1, "description": "The address; its case does not matter."},
    **FIELDS_QUERY,
}
