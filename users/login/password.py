"""Whose password it is."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password, verify_password

from users.actions.record_sign_in import renew_hash
from users.login.find import accounts_named
from users.models import Connection, User


def holder_of(login: str, password: str, *, connection: Connection | None = None) -> User | None:
    """The account of this login whose password it is, blocked ones included; looked for in
    `connection`, or in every database of ours where none is named."""
    candidates = accounts_named(login, connection=connection)
    for user in candidates:
        correct, is_outdated = verify_password(password, user.password)
        if correct:
            if is_outdated:
                renew_hash(user, password)
            return user
    if not candidates:
        make_password(password)  # takes as long as a check, so that time tells nothing
    return None
