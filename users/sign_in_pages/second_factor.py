"""Second factors as this product means them: secrets encrypted, nobody led in a circle."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from users.conf import conf
from users.crypto.key_ring import Purpose, Undecryptable
from users.models import User
from users.sign_in.allauth_internals import generate_totp_secret


class MFAAdapter(DefaultMFAAdapter):
    """allauth's hooks."""

    def encrypt(self, text: str) -> str:
        return conf.key_ring.encrypt_text(Purpose.SECOND_FACTORS, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Where the key is no longer on the key ring: a random secret, so that no code is right. It
        must not be an empty one, whose codes are known."""
        try:
            return conf.key_ring.decrypt_text(Purpose.SECOND_FACTORS, encrypted_text)
        except Undecryptable:
            return generate_totp_secret()

    def is_mfa_enabled(self, user: User | None, types: list[str] | None = None) -> bool:
        """None: their account was deleted between password and code."""
        return user is not None and super().is_mfa_enabled(user, types)
