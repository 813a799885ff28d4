"""Whose password it is."""

from __future__ import annotations

from collections.abc import Sequence

from users.actions.account.record_sign_in import rehash_password
from users.models import User
from users.models.passwords import run_hasher, verify
from users.sign_in.account_lookup import primary_user


def match_password(candidates: Sequence[User], password: str) -> User | None:
    """The user whom this password signs in, blocked ones included: the first of the accounts that
    has it, or the primary one where that is linked."""
    for account in candidates:
        correct, is_outdated = verify(password, account.password)
        if correct:
            if is_outdated:
                rehash_password(account, password)
            return primary_user(account)
    if not candidates:
        run_hasher(password)
    return None
