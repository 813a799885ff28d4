"""Errors of the token endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from authlib.oauth2 import OAuth2Error

ErrorKey = Literal["error", "error_description", "error_uri"]


class TokenError(OAuth2Error):
    """An OAuth error with Auth0's status and text.

    Unlike authlib's own it allows any character in the description: Auth0's texts quote parameters.
    """

    def __init__(
        self, error: str, description: str, status: int, headers: list[tuple[str, str]] | None = None
    ) -> None:
        super().__init__()
        self.error = error
        self.description = description
        self.status_code = status
        self._headers = headers or []

    def get_body(self) -> list[tuple[ErrorKey, str | None]]:
        """The two fields of an OAuth error; authlib would add a URI."""
        return [("error", self.error), ("error_description", self.description)]

    def get_headers(self) -> list[tuple[str, str]]:
        """authlib's headers, with those of this error, such as Retry-After."""
        return [*super().get_headers(), *self._headers]


class MfaRequired(TokenError):
    """The user has to give the second factor: the answer says how to go on.

    Source: auth0-spa-js compares the text.
    """

    def __init__(self, mfa_token: str, requirements: Mapping[str, list[dict[str, str]]]) -> None:
        super().__init__("mfa_required", "Multifactor authentication required", 403)
        self._more = {"mfa_token": mfa_token, "mfa_requirements": requirements}

    def get_body(self) -> list[tuple[Any, Any]]:
        """The two fields of an OAuth error, the token and the factors."""
        return [*super().get_body(), *self._more.items()]


class SignInRefused(TokenError):
    """The user is not signed in. The sign-in transaction has logged it, so the endpoint does not again."""
