"""JSON Schemas of logs. Source: Auth0's published OpenAPI document."""

from __future__ import annotations

from datetime import UTC, datetime

from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY
from users.log.position import LogPosition
from users.log.searchable_fields import EVENT_FIELDS
from users.representation.field_selection import fields_query
from users.representation.schema import Schema

# The fields by which Auth0 documents sorting.
FIELDS = (
    *("date", "connection", "client_id", "client_name", "ip", "user_id", "user_name", "description"),
    *("user_agent", "type", "details", "strategy", "strategy_type"),
)
_NAME = "|".join(FIELDS)
_NOT_KEPT: Schema = {"type": "null", "description": "Not recorded."}
_ID = LogPosition(datetime(2026, 3, 4, 10, tzinfo=UTC), 0, 4711).log_id
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}

ENTRY: Schema = {
    "type": "object",
    "properties": {
        "_id": {"type": "string", "examples": [_ID]},
        "log_id": {"type": "string", "examples": [_ID]},
        "date": {"type": "string", "format": "date-time"},
        "type": {"type": "string", "examples": ["sapi"]},
        "description": {"type": "string", "examples": ["Update a User"]},
        "connection": {**_TEXT_OR_NULL, "examples": ["Username-Password-Authentication"]},
        "connection_id": {**_TEXT_OR_NULL, "examples": ["con_AbCdEfGh12345678"]},
        "strategy": {**_TEXT_OR_NULL, "examples": ["auth0"]},
        "strategy_type": {**_TEXT_OR_NULL, "examples": ["database"]},
        "client_id": {**_TEXT_OR_NULL, "examples": ["AbCdEfGhIjKlMnOpQrStUvWxYz123456"]},
        "client_name": {**_TEXT_OR_NULL, "examples": ["Shop"]},
        "user_id": {**_TEXT_OR_NULL, "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
        "user_name": {**_TEXT_OR_NULL, "examples": ["jane.doe@example.com"]},
        "ip": {**_TEXT_OR_NULL, "examples": ["192.0.2.7"]},
        **dict.fromkeys(("hostname", "user_agent", "audience", "scope"), _TEXT_OR_NULL),
        "isMobile": {"type": ["boolean", "null"], "examples": [False]},
        # Present as null, because Auth0's SDKs expect the keys.
        **dict.fromkeys(("location_info", "organization_id", "organization_name"), _NOT_KEPT),
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

QUERY: dict[str, Schema] = {
    **PAGE_QUERY,
    **CHECKPOINT_QUERY,
    "from": {
        "type": "string",
        "description": "A log id: entries after it, oldest first. Wins over page numbers.",
    },
    "q": {
        "type": "string",
        "description": f"A query in Lucene syntax over {', '.join(EVENT_FIELDS)}."
        " A checkpoint applies it, too.",
    },
    # Auth0's SDKs have both parameters, with different implicit operators.
    "search": {
        "type": "string",
        "description": "What Auth0's SDKs send: the same as q, but that each term narrows. q wins over it.",
    },
    "sort": {
        "type": "string",
        # Fields that Auth0 names pass here; the view refuses those that it cannot sort by.
        "pattern": f"^({_NAME}):(1|-1)$",
        "description": "date:-1 or date:1. Only the date is served by an index.",
    },
    **fields_query(ENTRY["properties"]),
}
