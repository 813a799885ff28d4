"""Whose password it is."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password, verify_password

from users.actions.record_sign_in import renew_hash
from users.login.find import accounts_named, person_of
from users.models import Connection, User


def holder_of(login: str, password: str, *, connection: Connection | None = None) -> User | None:
    """Whoever signs in by this login and password: the account itself, or the primary one where
    it is linked, blocked ones included; looked for in `connection`, or in every database of ours
    where none is named."""
    candidates = accounts_named(login, connection=connection)
    for account in candidates:
        correct, is_outdated = verify_password(password, account.password)
        if correct:
            if is_outdated:
                renew_hash(account, password)
            return person_of(account)
    if not candidates:
        make_password(password)  # takes as long as a check, so that time tells nothing
    return None
