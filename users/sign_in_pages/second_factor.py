"""allauth's hooks for second factors."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy

from users.conf import conf
from users.crypto.key_ring import Purpose, Undecryptable
from users.sign_in.allauth_internals import generate_totp_secret


class MFAAdapter(DefaultMFAAdapter):
    """Named in the settings as `MFA_ADAPTER`. Encrypts secrets with the key ring."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("Wrong code."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up an authenticator app first."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before allauth stores it."""
        return conf.key_ring.encrypt_text(Purpose.SECOND_FACTORS, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; a random one where its key is no longer on the key ring, so that no code is
        accepted. An empty one would have codes that anyone can compute."""
        try:
            return conf.key_ring.decrypt_text(Purpose.SECOND_FACTORS, encrypted_text)
        except Undecryptable:
            return generate_totp_secret()

    def is_mfa_enabled(self, user: AbstractBaseUser | None, types: list[str] | None = None) -> bool:
        """Whether the user has a second factor. `user` is None after a deletion between password and code."""
        # allauth would raise here and answer with 500.
        return user is not None and super().is_mfa_enabled(user, types)
