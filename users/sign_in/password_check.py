"""Whose password it is."""

from __future__ import annotations

from collections.abc import Sequence

from users.actions.account.record_sign_in import renew_hash
from users.models import User
from users.models.passwords import run_hasher, verify
from users.sign_in.account_lookup import person_of


def holder_of(candidates: Sequence[User], password: str) -> User | None:
    """The user whom this password signs in, blocked ones included: the first of the accounts that
    has it, or the primary one where that is linked."""
    for account in candidates:
        correct, is_outdated = verify(password, account.password)
        if correct:
            if is_outdated:
                renew_hash(account, password)
            return person_of(account)
    if not candidates:
        run_hasher(password)
    return None
