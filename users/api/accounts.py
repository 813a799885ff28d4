"""From an address to the account it means."""

from __future__ import annotations

from users.actions.errors import UserGone
from users.api.problem import Problem
from users.models import User
from users.models.kept_query import by_user_id


def find_user(user_id: str) -> User:
    """With its connection. Raises Problem 400 for what is no id, and UserGone."""
    check_user_id(user_id)
    user = by_user_id.one(user_id)
    if user is None:
        raise UserGone
    return user


def check_user_id(user_id: str) -> None:
    """Raises Problem 400 for what is no id."""
    if "|" not in user_id or "\0" in user_id:
        rule = f"Object didn't pass validation for format user-id: {user_id}"
        text = f"Path validation error: '{rule}' on property id (The id of the user)."
        raise Problem(400, text, "invalid_uri")
