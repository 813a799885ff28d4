"""The key ring: authenticated encryption of what is stored, with keys that can be rotated.

Fernet (AES-128-CBC and HMAC-SHA256) of the `cryptography` package does the encrypting.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Purpose(StrEnum):
    """What is encrypted. Each purpose has keys of its own, so that a ciphertext of one is refused as
    that of another. Stored ciphertexts depend on these values: they must not change."""

    SIGNING_KEYS = "signing keys"
    SECOND_FACTORS = "second factors"
    WEBHOOK_SECRETS = "webhook secrets"
    JOB_FILES = "files of jobs"
    # In sessions, until the page that follows: not encrypted again with a new key.
    SHOWN_ONCE = "secrets that are shown once"
    RULE_CONFIGS = "settings of rules"


class Undecryptable(ValueError):
    """The ciphertext was made with a key that is no longer on the ring, or it has been altered."""


@dataclass(frozen=True)
class KeyRing:
    """Secrets of at least 32 random characters, newest first: the first encrypts, all decrypt."""

    # Never in a stack trace or a log.
    secrets: tuple[str, ...] = field(repr=False)

    def encrypt(self, purpose: Purpose, content: bytes) -> bytes:
        """Encrypt with the newest key. The ciphertext is ASCII, a third longer than `content`."""
        # MultiFernet encrypts with the first key and tries all for decryption.
        return _fernet(purpose, self.secrets).encrypt(content)

    def decrypt(self, purpose: Purpose, ciphertext: bytes) -> bytes:
        """Decrypt what any key of the ring has encrypted for `purpose`. Raises Undecryptable."""
        try:
            return _fernet(purpose, self.secrets).decrypt(ciphertext)
        except InvalidToken:
            raise Undecryptable from None

    def encrypt_text(self, purpose: Purpose, text: str) -> str:
        """Encrypt for a text column."""
        return self.encrypt(purpose, text.encode()).decode()

    def decrypt_text(self, purpose: Purpose, ciphertext: str) -> str:
        """Decrypt from a text column. Raises Undecryptable."""
        return self.decrypt(purpose, ciphertext.encode()).decode()

    def reencrypt(self, purpose: Purpose, ciphertext: bytes) -> bytes | None:
        """The content encrypted with the newest key; None where it is already. Raises Undecryptable."""
        try:
            # Decrypting is the only way to find out which key made a Fernet token.
            _fernet(purpose, self.secrets[:1]).decrypt(ciphertext)
        except InvalidToken:
            return self.encrypt(purpose, self.decrypt(purpose, ciphertext))
        return None


@lru_cache(maxsize=64)
def _fernet(purpose: Purpose, secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(purpose, secret)) for secret in secrets])


def _key(purpose: Purpose, secret: str) -> bytes:
    """A key derived from the secret, for one purpose. One hash suffices: the secret is random, not a
    password."""
    # The purpose is part of the input, so that keys of different purposes are independent (domain
    # separation).
    digest = hashlib.sha256(f"profiledesk {purpose}{secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest)
