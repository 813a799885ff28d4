"""A role and its members in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic: a role without a description has null.
"""

from __future__ import annotations

from typing import Any

from users.metadata.fold import fold
from users.models import Role, User
from users.representation.defaults import name_of, picture_of
from users.representation.schema import NOT_BLANK, Schema

ROLE_ID: Schema = {
    "type": "string",
    "pattern": "^rol_[A-Za-z0-9]{16}$",
    "description": "The id of the role.",
    "examples": ["rol_AbCdEfGh12345678"],
}
# Fields that POST and PATCH accept.
FIELDS: dict[str, Schema] = {
    "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": NOT_BLANK,
        "description": "Name of the role.",
    },
    "description": {
        "type": ["string", "null"],
        "maxLength": 255,
        "pattern": r"^[^\x00]*$",
        "description": "What the role is for.",
    },
}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "name", "description"],
    "properties": {"id": ROLE_ID, **FIELDS},
}
MEMBER_SCHEMA: Schema = {
    "type": "object",
    "required": ["user_id"],
    "properties": {name: {"type": "string"} for name in ("user_id", "email", "picture", "name")},
}
# Columns that `serialize_member` needs: the name and picture have defaults made of the others.
MEMBER_COLUMNS = ("user_id", "email", "picture", "name", "username", "phone_number")

# Ids that one request may name, which bounds its cost.
MAX_IDS = 1000
ROLES: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_IDS,
    "items": ROLE_ID,
    "description": "Ids of the roles.",
}
USERS: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_IDS,
    "items": {
        "type": "string",
        "maxLength": 255,
        # Only the form is checked here; unknown users are reported together by the action.
        "pattern": r"^[^|\x00]+\|",
        "examples": ["auth0|6600aa11bb22cc33dd44ee55"],
    },
    "description": "Ids of the users.",
}


def serialize_role(role: Role) -> dict[str, Any]:
    """Serialize a role; its members and permissions are resources of their own."""
    return {"id": role.role_id, "name": role.name, "description": role.description or None}


def serialize_member(user: User) -> dict[str, Any]:
    """Serialize a user who has the role. A user without an email lacks the field."""
    member = {
        "user_id": user.user_id,
        "email": user.email,
        "picture": picture_of(user),
        "name": name_of(user),
    }
    return {name: value for name, value in member.items() if value is not None}


def columns_from_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a validated body sets."""
    given: dict[str, Any] = {}
    if "name" in body:
        # Role names are unique regardless of case; the folded column carries the constraint.
        given = {"name": body["name"], "name_folded": fold(body["name"])}
    if "description" in body:
        # Null empties the description; the column holds text only.
        given["description"] = body["description"] or ""
    return given
