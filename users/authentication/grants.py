"""The ways to get a token. One class each; the server knows them by their `GRANT_TYPE`."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from users.authentication.audiences import asked_server
from users.authentication.clients import RegisteredClient
from users.authentication.errors import TokenError
from users.models import Client, ClientGrant, ResourceServer
from users.tokens.issue import machine_token


class MachineGrant(ClientCredentialsGrant):
    """client_credentials: a client for itself, within its grant for the API it names."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]

    def validate_token_request(self) -> None:
        client = self._authenticated()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise not_allowed(self.GRANT_TYPE)
        self.request.client = client
        self._server = asked_server(self.request.payload.data)
        self._scopes = granted_scopes(client.client, self._server, self.request.payload.data)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        client: RegisteredClient = self.request.client
        token = {
            "access_token": machine_token(client.client, self._scopes, server=self._server),
            "scope": " ".join(self._scopes),
            "expires_in": self._server.token_lifetime,
            "token_type": "Bearer",
        }
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def _authenticated(self) -> RegisteredClient:
        try:
            return self.authenticate_token_endpoint_client()
        except (InvalidClientError, ValueError):  # also a Basic header that is no text
            raise TokenError("access_denied", "Unauthorized", 401) from None


def not_allowed(grant_type: str) -> TokenError:
    """The client may not get tokens in this way."""
    text = f"Grant type '{grant_type}' not allowed for the client."
    return TokenError("unauthorized_client", text, 403)


def granted_scopes(client: Client, server: ResourceServer, given: dict[str, str]) -> list[str]:
    """Those asked for that are granted; all that are granted where none are asked for. Raises
    TokenError."""
    grant = ClientGrant.objects.filter(client=client, resource_server=server).first()
    if grant is None:
        text = f"Client is not authorized to access {server.audience}. You need to create a client grant."
        raise TokenError("access_denied", text, 403)
    asked = given.get("scope", "").split()
    scopes = [scope for scope in grant.scope if not asked or scope in asked]
    if asked and not scopes:
        raise TokenError("invalid_scope", f"None of these scopes is granted: {' '.join(asked)}", 400)
    return scopes
