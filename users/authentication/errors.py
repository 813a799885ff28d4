"""Errors of the token endpoint."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error


class TokenError(OAuth2Error):
    """An error in Auth0's words, which may hold any character."""

    def __init__(self, error: str, description: str, status: int) -> None:
        super().__init__()
        self.error = error
        self.description = description
        self.status_code = status

    def get_body(self) -> list[tuple[str, str]]:
        return [("error", self.error), ("error_description", self.description)]
