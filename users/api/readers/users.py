"""Look up users by id."""

from __future__ import annotations

from typing import Any

from users.actions.errors import UserNotFound
from users.api.framework.problem import Problem
from users.models import User
from users.models.compiled_lookup import by_user_id
from users.representation.profile import serialize_identities
from users.representation.validation import FieldError


def find_user(user_id: str) -> User:
    """Return the user with their connection. Raises Problem 400 for an invalid id, and UserNotFound."""
    check_user_id(user_id)
    return _get_user(user_id)


def find_session_owner(user_id: str) -> User:
    """The same for the endpoints of sessions and refresh tokens, which have a text of their own at Auth0.
    Raises Problem 404."""
    try:
        return find_user(user_id)
    except UserNotFound:
        raise Problem(404, "User not found", "inexistent_user") from None


def find_user_in_body(user_id: str) -> User:
    """The same for an id in a body. Raises FieldError for an invalid id, and UserNotFound."""
    if not _is_user_id(user_id):
        raise FieldError("user_id", _user_id_rule(user_id), "The id of the user")
    return _get_user(user_id)


def check_user_id(user_id: str) -> None:
    """Raise Problem 400 unless the id has the form `provider|id`."""
    if not _is_user_id(user_id):
        text = f"Path validation error: '{_user_id_rule(user_id)}' on property id (The id of the user)."
        raise Problem(400, text, "invalid_uri")


def check_main_identity(user: User, identity: dict[str, Any] | None) -> None:
    """Raise Problem 400 where a body names an identity that is not the user's main one.

    Source of the first text: Auth0's published OpenAPI document, /tickets.
    """
    if identity is None:
        return
    # Compared with what answers show, so that an identity can be sent back as it was read.
    wanted = (identity["provider"], identity["user_id"])
    # The main identity comes first.
    held = [(each["provider"], each["user_id"]) for each in serialize_identities(user)]
    # Two errors, since the first is a wrong id and the second a limit of ours.
    if wanted not in held:
        text = "The user exists, but does not contain the given identity."
        raise Problem(400, text, "operation_not_supported")
    if wanted != held[0]:
        text = "Only the user's main identity is supported here; this one is linked to it."
        raise Problem(400, text, "operation_not_supported")


def _is_user_id(text: str) -> bool:
    # PostgreSQL refuses NUL in text with an error that would become a 500.
    return "|" in text and "\0" not in text


def _user_id_rule(user_id: str) -> str:
    return f"Object didn't pass validation for format user-id: {user_id}"


def _get_user(user_id: str) -> User:
    user = by_user_id.one(user_id)
    if user is None:
        raise UserNotFound
    return user
