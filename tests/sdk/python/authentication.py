"""What a developer writes with the authentication part of auth0-python, where versions 4 and 6 are alike."""

from __future__ import annotations

from typing import Any

from auth0.authentication import Database, GetToken, RevokeToken, Users

# Seconds for each call. The default of 5 is little on a busy machine.
TIMEOUT = 60


class Authentication:
    domain: str
    credentials: dict[str, str]

    def sign_up(self, email: str, password: str, connection: str, metadata: dict[str, str]) -> dict[str, Any]:
        database = Database(self.domain, **self.credentials, timeout=TIMEOUT)
        return database.signup(email, password, connection, user_metadata=metadata)

    def change_password(self, email: str, connection: str) -> str:
        return Database(self.domain, **self.credentials, timeout=TIMEOUT).change_password(email, connection)

    def log_in(self, email: str, password: str, realm: str, scope: str) -> dict[str, Any]:
        return GetToken(self.domain, **self.credentials, timeout=TIMEOUT).login(email, password, scope, realm)

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        return GetToken(self.domain, **self.credentials, timeout=TIMEOUT).refresh_token(refresh_token)

    def revoke(self, refresh_token: str) -> None:
        RevokeToken(self.domain, **self.credentials, timeout=TIMEOUT).revoke_refresh_token(refresh_token)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        return Users(self.domain, timeout=TIMEOUT).userinfo(access_token)
