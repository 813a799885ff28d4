"""Verify password hashes that other products made, for imports.

They are verified as those products do. Source of bcrypt's 72 bytes: the crypt_blowfish manual, and the
bcrypt library's changes in 5.0, which raises an error for longer passwords.
"""

from __future__ import annotations

import re

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher
from django.utils.crypto import constant_time_compare

MAX_BYTES = 72
# `$2x$`, made by a faulty early library, is refused: bcrypt would compute it as `$2y$`. A cost above 15 is
# refused, as one sign-in would keep a worker busy for seconds (denial of service by an imported hash).
_HASH = re.compile(r"bcrypt\$(\$2[aby]\$(?:0[4-9]|1[0-5])\$[./A-Za-z0-9]{53})")


class TruncatingBcryptHasher(BCryptPasswordHasher):
    """`bcrypt$` and a hash as bcrypt writes it, made of the first 72 bytes of a password.

    Never makes hashes of new passwords. A malformed hash matches no password."""

    def encode(self, password: str, salt: bytes) -> str:  # type: ignore[override]  # as Django's for bcrypt
        data = bcrypt.hashpw(password.encode()[:MAX_BYTES], salt)
        return f"{self.algorithm}${data.decode()}"

    def verify(self, password: str, encoded: str) -> bool:
        found = _HASH.fullmatch(encoded)
        return found is not None and constant_time_compare(encoded, self.encode(password, found[1].encode()))

    def must_update(self, encoded: str) -> bool:
        return True


def is_truncated(password: str, encoded: str) -> bool:
    """Whether the hash ignores the end of this password."""
    return encoded.startswith("bcrypt$") and len(password.encode()) > MAX_BYTES
