"""The ways to get a token. One class each; the server knows them by their `GRANT_TYPE`."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from users.authentication.clients import RegisteredClient
from users.authentication.errors import TokenError
from users.conf import conf
from users.tokens.issue import LIFETIME, machine_token


class MachineGrant(ClientCredentialsGrant):
    """client_credentials for the Management API's audience."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]

    def validate_token_request(self) -> None:
        client = self._authenticated()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise TokenError(
                "unauthorized_client",
                f"Grant type '{self.GRANT_TYPE}' not allowed for the client.",
                403,
            )
        self.request.client = client
        self._check_audience()
        self._check_scope(client)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        client: RegisteredClient = self.request.client
        scope = client.get_allowed_scope(self.request.payload.data.get("scope", ""))
        token = {
            "access_token": machine_token(client.client, scope.split()),
            "scope": scope,
            "expires_in": LIFETIME,
            "token_type": "Bearer",
        }
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def _authenticated(self) -> RegisteredClient:
        try:
            return self.authenticate_token_endpoint_client()
        except (InvalidClientError, ValueError):  # also a Basic header that is no text
            raise TokenError("access_denied", "Unauthorized", 401) from None

    def _check_audience(self) -> None:
        audience = self.request.payload.data.get("audience", "")
        if not audience:
            raise TokenError("invalid_request", "Missing required parameter: audience", 400)
        if audience != conf.management_audience:
            raise TokenError("access_denied", f"Service not found: {audience}", 403)

    def _check_scope(self, client: RegisteredClient) -> None:
        if not hasattr(client.client, "grant"):
            raise TokenError(
                "access_denied",
                f"Client is not authorized to access {conf.management_audience}."
                " You need to create a client grant.",
                403,
            )
        asked = self.request.payload.data.get("scope", "")
        if asked and not client.get_allowed_scope(asked):
            raise TokenError("invalid_scope", f"None of these scopes is granted: {asked}", 400)
