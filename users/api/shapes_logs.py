"""The query strings and answers of logs, as JSON Schema. Source: Auth0's published OpenAPI document."""

from __future__ import annotations

from users.api.paging import CHECKPOINT_QUERY, PAGE_QUERY
from users.normalized.fields import fields_query
from users.normalized.schema import Schema

FIELDS = (
    *("date", "connection", "client_id", "client_name", "ip", "user_id", "user_name", "description"),
    *("user_agent", "type", "details", "strategy", "strategy_type"),
)
_NAME = "|".join(FIELDS)
_UNKNOWN: Schema = {"type": "null", "description": "Not recorded."}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}

ENTRY: Schema = {
    "type": "object",
    "properties": {
        "_id": {"type": "string", "examples": ["00000000000000004711"]},
        "log_id": {"type": "string", "examples": ["00000000000000004711"]},
        "date": {"type": "string", "format": "date-time"},
        "type": {"type": "string", "examples": ["sapi"]},
        "description": {"type": "string", "examples": ["Update a User"]},
        "connection": {**_TEXT_OR_NULL, "examples": ["Username-Password-Authentication"]},
        "connection_id": {**_TEXT_OR_NULL, "examples": ["con_AbCdEfGh12345678"]},
        "strategy": {**_TEXT_OR_NULL, "examples": ["auth0"]},
        "strategy_type": {**_TEXT_OR_NULL, "examples": ["database"]},
        "client_id": {**_TEXT_OR_NULL, "examples": ["AbCdEfGhIjKlMnOpQrStUvWxYz123456"]},
        "client_name": {**_TEXT_OR_NULL, "examples": ["Shop"]},
        "user_id": {"type": "string", "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
        "user_name": {**_TEXT_OR_NULL, "examples": ["jane.doe@example.com"]},
        **dict.fromkeys(("ip", "hostname", "user_agent", "audience", "isMobile", "location_info"), _UNKNOWN),
        **dict.fromkeys(("organization_id", "organization_name"), _UNKNOWN),
        "details": {"type": "object", "additionalProperties": True},
    },
}
ENTRIES: Schema = {"type": "array", "items": ENTRY}
_NUMBER: Schema = {"type": "integer"}
PAGE: Schema = {
    "type": "object",
    "required": ["start", "limit", "length", "total", "logs"],
    "properties": {
        **dict.fromkeys(("start", "limit", "length", "total"), _NUMBER),
        "logs": ENTRIES,
    },
}

USER_QUERY: dict[str, Schema] = {
    **PAGE_QUERY,
    "sort": {
        "type": "string",
        "pattern": f"^({_NAME}):(1|-1)$",
        "description": "date:-1 or date:1. Only the date is served by an index.",
    },
    **fields_query(FIELDS),
}
QUERY: dict[str, Schema] = {
    **USER_QUERY,
    **CHECKPOINT_QUERY,
    "from": {
        "type": "string",
        "description": "A log id: entries after it, in the order of their ids. Wins over page numbers.",
    },
}
