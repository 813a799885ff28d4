"""Whose password it is."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password, verify_password

from users.actions.record_sign_in import renew_hash
from users.login.find import person_of
from users.models import User


def holder_of(candidates: Sequence[User], password: str) -> User | None:
    """The user whom this password signs in, blocked ones included: the first of the accounts that
    has it, or the primary one where that is linked."""
    for account in candidates:
        correct, is_outdated = verify_password(password, account.password)
        if correct:
            if is_outdated:
                renew_hash(account, password)
            return person_of(account)
    if not candidates:
        make_password(password)  # takes as long as a check, so that time tells nothing
    return None
