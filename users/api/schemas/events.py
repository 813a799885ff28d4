"""JSON Schemas of events: query and response. An addition of ours."""

from __future__ import annotations

from users.api.framework.paging import DEFAULT_TAKE, without_required
from users.events.event_types import TYPES
from users.models import Change
from users.representation.field_selection import fields_query
from users.representation.schema import Schema

_SIDES: Schema = {
    "type": "object",
    "description": "`before` and `after`; a side that lacked the key lacks the entry.",
    "additionalProperties": True,
    "examples": [{"before": "free", "after": "full"}],
}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}

EVENT: Schema = {
    "type": "object",
    "required": ["id", "type", "timestamp", "data"],
    "properties": {
        # Text, since numbers beyond 2**53 lose precision in JavaScript.
        "id": {"type": "string", "examples": ["4711"]},
        # A closed list, so that generated clients get constants.
        "type": {"type": "string", "enum": list(TYPES), "examples": ["user.updated"]},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "properties": {
                "user_id": {"type": "string", "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
                "what": {"type": "string", "enum": Change.What.values, "examples": ["app_metadata"]},
                "keys": {
                    "type": "object",
                    "description": "By part of the account, the names of what changed.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                    "examples": [{"app_metadata": ["plan"]}],
                },
                "changes": {
                    "type": "object",
                    "description": "The same with values.",
                    "additionalProperties": {"type": "object", "additionalProperties": _SIDES},
                    "examples": [{"app_metadata": {"plan": {"before": "free", "after": "full"}}}],
                },
                "actor": {
                    "type": "object",
                    "properties": {
                        "kind": {"type": "string", "enum": Change.ActorKind.values},
                        "id": {"type": "string", "examples": ["auth0|7700aa11bb22cc33dd44ee55"]},
                        "name": {**_TEXT_OR_NULL, "examples": ["kim@example.com"]},
                    },
                },
                "face": {"type": "string", "enum": Change.Face.values},
                "reason": {**_TEXT_OR_NULL, "examples": ["Ticket 4711"]},
                "request_id": {**_TEXT_OR_NULL, "examples": ["a1b2c3d4e5f6"]},
            },
        },
    },
}
PAGE: Schema = {
    "type": "object",
    "required": ["events", "next"],
    "properties": {
        # `fields` may leave out any property.
        "events": {"type": "array", "items": without_required(EVENT)},
        "next": {"type": "string", "description": "Where to go on, now or later.", "examples": ["4699"]},
    },
}
QUERY: dict[str, Schema] = {
    "from": {
        "type": "string",
        # 18 digits fit a 64-bit integer; more would fail in the database.
        "pattern": "^([0-9]{1,18}|latest)$",
        "description": "`next` of the page before; `latest` for what happens from now on. Unset: the oldest"
        " that is stored.",
    },
    "take": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": DEFAULT_TAKE,
        "description": "Events on a page.",
    },
    **fields_query(EVENT["properties"]),
}
