"""Rules and their settings in the form of the Management API.

Source: Auth0's published OpenAPI document, "Rules" and "Rules Configs"; recorded traffic of Terraform.
"""

from __future__ import annotations

from typing import Any

from users.models import Rule, RuleConfig
from users.representation.schema import Schema

# When rules run. Auth0's older stages are closed, and there is no other.
STAGE = "login_success"
# Bytes in UTF-8. Source: Auth0 docs, "Custom Database Connections", limit of scripts.
MAX_SCRIPT_BYTES = 100 * 1024

RULE_ID: Schema = {
    "type": "string",
    "pattern": "^rul_[A-Za-z0-9]{16}$",
    "description": "The id of the rule.",
    "examples": ["rul_Qm3bT7sYx0Lw8ZpK"],
}
_STAGE: Schema = {"type": "string", "enum": [STAGE], "description": "When the rule runs."}
# Fields that POST and PATCH accept.
FIELDS: dict[str, Schema] = {
    "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": r"^[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?$",
        "description": "Letters, digits, spaces and hyphens; neither a space nor a hyphen at either end.",
        "examples": ["Plan to claims"],
    },
    "script": {
        "type": "string",
        "minLength": 1,
        "description": "A function expression: function (user, context, callback) { ... }",
        "examples": ["function (user, context, callback) { callback(null, user, context); }"],
    },
    "order": {
        "type": "integer",
        "minimum": 0,
        # What the column of PostgreSQL holds.
        "maximum": 2**31 - 1,
        "description": "Rules run in this order, lowest first.",
    },
    "enabled": {"type": "boolean", "description": "Whether the rule runs."},
}
# auth0-deploy-cli sends the stage with POST, which Auth0's document does not list.
FIELDS_OF_POST: dict[str, Schema] = {**FIELDS, "stage": _STAGE}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "name", "script", "order", "enabled", "stage"],
    "properties": {"id": RULE_ID, **FIELDS, "stage": _STAGE},
}

CONFIG_KEY: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 127,
    "pattern": r"^[A-Za-z0-9_\-@*+:]*$",
    "description": "Scripts read the value as configuration.KEY.",
    "examples": ["SLACK_URL"],
}
CONFIG_VALUE: Schema = {
    "type": "string",
    "maxLength": 64 * 1024,
    "pattern": r"^[^\x00]*$",
    "description": "The value. It is encrypted, and not shown again.",
}
CONFIG_SCHEMA: Schema = {"type": "object", "required": ["key"], "properties": {"key": CONFIG_KEY}}
SAVED_CONFIG_SCHEMA: Schema = {
    "type": "object",
    "required": ["key", "value"],
    "properties": {"key": CONFIG_KEY, "value": CONFIG_VALUE},
}
_COLUMNS = {"name": "name", "script": "script", "order": "order", "enabled": "is_enabled"}


def serialize_rule(rule: Rule) -> dict[str, Any]:
    """Serialize a rule."""
    values = {field: getattr(rule, column) for field, column in _COLUMNS.items()}
    return {"id": rule.rule_id, **values, "stage": STAGE}


def serialize_config(config: RuleConfig) -> dict[str, str]:
    """Serialize a setting: its key, never its value."""
    return {"key": config.key}


def columns_from_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a validated body sets."""
    return {column: body[field] for field, column in _COLUMNS.items() if field in body}
