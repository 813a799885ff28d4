"""Find the account to which a password belongs."""

from __future__ import annotations

from collections.abc import Sequence

from users.actions.account.record_sign_in import rehash_password
from users.models import User
from users.models.passwords import run_hasher, verify


def find_account_by_password(candidates: Sequence[User], password: str) -> User | None:
    """Return the first of the accounts that has this password, blocked and linked ones included.

    Renews its hash where that is outdated: only now is the password known. With no candidates it takes
    as long as with one, against user enumeration by timing.
    """
    for account in candidates:
        correct, is_outdated = verify(password, account.password)
        if correct:
            if is_outdated:
                rehash_password(account, password)
            return account
    if not candidates:
        run_hasher(password)
    return None
