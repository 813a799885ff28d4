"""Second factors as this product means them: secrets encrypted, nobody led in a circle."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import HttpRequest

from users.models import User
from users.tokens.cipher import cipher

PURPOSE = "second factors"


class MFAAdapter(DefaultMFAAdapter):
    """allauth's hooks."""

    def encrypt(self, text: str) -> str:
        return cipher(PURPOSE, settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Where SECRET_KEY has changed meanwhile: a secret that nobody knows, so that no code is
        right. It must not be an empty one, whose codes anybody can reckon."""
        try:
            return cipher(PURPOSE, settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()

    def is_mfa_enabled(self, user: User | None, types: list[str] | None = None) -> bool:
        """None: their account was deleted between password and code."""
        return user is not None and super().is_mfa_enabled(user, types)


class SecondFactorStage(AuthenticateStage):
    """The step after the password."""

    def is_resumable(self, request: HttpRequest) -> bool:
        """Not where the second factor has been removed meanwhile: this step and the sign-in page
        would send the browser to each other for ever."""
        return self._should_handle(request)
