"""JSON Schemas of `/user-blocks`."""

from __future__ import annotations

from users.representation.schema import Schema

IDENTIFIER_QUERY: dict[str, Schema] = {
    "identifier": {
        "type": "string",
        "minLength": 1,
        "description": "Email, username or phone number; its case does not matter.",
    }
}
# Source: the queries of auth0-python's generated client.
ENFORCED_QUERY: dict[str, Schema] = {
    "consider_brute_force_enablement": {
        "type": "boolean",
        # The SDK always sends it, so refusing it would break the call.
        "default": False,
        "description": "Accepted; what is listed is always enforced.",
    }
}
BLOCKS: Schema = {
    "type": "object",
    "properties": {
        "blocked_for": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "identifier": {"type": "string"},
                    "connection": {"type": "string"},
                    "ip": {
                        "type": "string",
                        "description": "The IP address that has to wait; missing where the login has to"
                        " wait wherever it is tried from, or where RECORD_IP is off.",
                    },
                },
            },
        }
    },
}
