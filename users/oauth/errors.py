"""Errors of the token endpoint."""

from __future__ import annotations

from typing import Literal

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


class SignInRefused(TokenError):
    """The user is not signed in. The sign-in transaction has logged it, so the endpoint does not again."""
