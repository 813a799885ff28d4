"""JSON Schemas of the history: bodies, queries and responses. An addition of ours."""

from __future__ import annotations

from users.actions.account.revert_parts import PARTS
from users.api.framework.paging import PAGE_QUERY
from users.models import Change
from users.representation.field_selection import fields_query
from users.representation.schema import Schema, closed_object

_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "integer"}
# Quotes are excluded: SQLite cannot escape them in a JSON path.
_KEY: Schema = {"type": "string", "minLength": 1, "maxLength": 500, "pattern": r'^[^"\x00]+$'}
_REASON: Schema = {
    "type": "string",
    "maxLength": 500,
    "pattern": r"^[^\x00]*$",
    "examples": ["ticket 4711"],
    "description": "Reason for the change, stored with it.",
}
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "examples": ["2026-03-04T10:00:00.123456Z"],
    "description": "A moment, to the microsecond, as RFC 3339 has it.",
}
# Text, like all ids of the API, and short enough for a 64-bit integer.
CHANGE_ID: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$", "description": "The id of the change."}

ROW: Schema = {
    "type": "object",
    "properties": {
        "id": {**CHANGE_ID, "examples": ["4711"]},
        "at": MOMENT,
        # From the model, so that a new kind of change cannot be forgotten here.
        "what": {"enum": list(Change.What.values), "examples": ["app_metadata"]},
        "actor": {
            "type": "object",
            "properties": {
                "kind": {"enum": list(Change.ActorKind.values)},
                "id": {"type": "string", "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
                "name": {**_TEXT_OR_NULL, "examples": ["agent@example.com"]},
            },
        },
        "face": {"enum": list(Change.Face.values)},
        "request_id": {**_TEXT_OR_NULL, "examples": ["0af7651916cd43dd8448eb211c80319c"]},
        "ip": {**_TEXT_OR_NULL, "examples": ["192.0.2.7"]},
        "reason": {**_TEXT_OR_NULL, "examples": ["ticket 4711"]},
        "undoes": {**_TEXT_OR_NULL, "description": "The id of the change that this one took back."},
        "restores": {
            **_TEXT_OR_NULL,
            "examples": [None],
            "description": "The moment to which this change went back.",
        },
        "is_masked": {
            "type": "boolean",
            "default": False,
            "description": "Whether there is more to it than the caller may see.",
        },
        # Clients must be able to tell "no values" from "values left out".
        "is_cut": {
            "type": "boolean",
            "default": False,
            "description": "Whether `changes` is empty because the rows before fill the page;"
            " ask for this row with a smaller `per_page`.",
        },
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": {"type": "string", "examples": ["app_metadata.plan"]},
                    "before": {"description": "What it was; left out where it was not there."},
                    "after": {"description": "What it is since; left out where it went."},
                },
                "examples": [{"path": "app_metadata.plan", "before": "free", "after": "full"}],
            },
        },
    },
}
ROWS: Schema = {"type": "array", "items": ROW}
PAGE: Schema = {
    "type": "object",
    "required": ["start", "limit", "length", "total", "history"],
    "properties": {**dict.fromkeys(("start", "limit", "length", "total"), _NUMBER), "history": ROWS},
}
QUERY: dict[str, Schema] = {
    **PAGE_QUERY,
    **fields_query(ROW["properties"]),
    "key": {**_KEY, "description": "Only changes of this path: app_metadata.plan, app_metadata, email."},
    "actor": {
        "type": "string",
        "pattern": r"^[^\x00]*$",
        "description": "Only changes by the actor with this id.",
    },
    "face": {
        "type": "string",
        "enum": list(Change.Face.values),
        "description": "Only changes made through this face.",
    },
    "from": {**MOMENT, "description": "Only changes at this moment or later."},
    "to": {**MOMENT, "description": "Only changes before this moment."},
}

# Closed: a misspelt `force` must not be ignored.
UNDO = closed_object(
    {
        "reason": _REASON,
        "force": {
            "type": "boolean",
            # Overwriting later changes must be a decision.
            "default": False,
            "description": "Whether to put back also what has changed again since.",
        },
    }
)
RESTORE = closed_object(
    {
        "at": {**MOMENT, "description": "The moment to go back to."},
        "document": {
            "type": "string",
            "enum": list(PARTS),
            "description": "Only this part; both documents where none is named.",
        },
        "key": {**_KEY, "examples": ["plan"], "description": "Only this key of the part."},
        "reason": _REASON,
    },
    required=("at",),
)
RESTORE_EXAMPLE = {"at": MOMENT["examples"][0], "reason": "ticket 4711"}
