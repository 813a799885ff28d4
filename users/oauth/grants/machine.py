"""A client for itself."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from users.log.record import ClientContext, log_event
from users.oauth.audiences import requested_server
from users.oauth.grants.client import SECRET_AUTH_METHODS, authenticate_client
from users.oauth.grants.scopes import machine_scopes
from users.tokens.issue import issue_machine_token


class MachineGrant(ClientCredentialsGrant):
    """client_credentials: within the client's grant for the API it names."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_AUTH_METHODS

    def validate_token_request(self) -> None:
        self.request.client = authenticate_client(self)
        self._server = requested_server(self.request.payload.data)
        self._scopes = machine_scopes(self.request.client.client, self._server, self.request.payload.data)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        client = self.request.client.client
        through = ClientContext.of(client, self._server.audience)
        log_event("seccft", through=through, ip=self.request.ip or "", scope=" ".join(self._scopes))
        token = {
            "access_token": issue_machine_token(client, self._scopes, server=self._server),
            "scope": " ".join(self._scopes),
            "expires_in": self._server.token_lifetime,
            "token_type": "Bearer",
        }
        return 200, token, self.TOKEN_RESPONSE_HEADER
