"""Hash and verify passwords: the one place where their text is normalized (Unicode)."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password, verify_password

from users.models.hashers import is_truncated
from users.passwords.text import candidate_forms, normalize


def make_hash(password: str | None) -> str:
    """The hash of the normalized password; for None an unusable hash, which matches no password."""
    return make_password(None if password is None else normalize(password))


def verify(password: str, encoded: str) -> tuple[bool, bool]:
    """Returns whether the hash is of this password, and whether it should be renewed."""
    # At most two forms, and the same number in `run_hasher`, so that timing discloses nothing.
    for form in candidate_forms(password):
        is_correct, is_outdated = verify_password(form, encoded)
        if is_correct:
            # Not renewed: a new hash would also cover the bytes beyond 72, which were not verified.
            return True, is_outdated and not is_truncated(form, encoded)
    return False, False


def run_hasher(password: str) -> None:
    """Take as long as verifying a hash does, against user enumeration by timing."""
    for form in candidate_forms(password):
        make_password(form)
