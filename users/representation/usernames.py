"""Validate usernames against the options of their connection.

Source: Auth0 docs, "User profile structure" and "Adding Username for Database Connections".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from users.representation.emails import is_email
from users.representation.fields import WRITABLE
from users.representation.validation import FieldError, RuleKind

MIN_LENGTH, MAX_LENGTH = 1, 15


def check_username(username: str, options: Mapping[str, Any]) -> None:
    """Raise FieldError unless the username has the length that the connection allows and is no email.

    A username in the form of an email could be another user's way to sign in.
    """
    shortest, longest = username_lengths(options)
    length = len(username)
    if length < shortest:
        raise _username_error(
            RuleKind.MIN_LENGTH, f"String is too short ({length} chars), minimum {shortest}"
        )
    if length > longest:
        raise _username_error(RuleKind.MAX_LENGTH, f"String is too long ({length} chars), maximum {longest}")
    if is_email(username):
        raise _username_error(
            RuleKind.FORMAT, f"Object didn't pass validation for format username: {username}"
        )


def username_lengths(options: Mapping[str, Any]) -> tuple[int, int]:
    """Return the least and the most characters of a username in a connection with these options."""
    limits = options.get("validation", {}).get("username", {})
    return limits.get("min", MIN_LENGTH), limits.get("max", MAX_LENGTH)


def _username_error(kind: RuleKind, rule: str) -> FieldError:
    return FieldError("username", rule, WRITABLE["username"]["description"], kind=kind)
