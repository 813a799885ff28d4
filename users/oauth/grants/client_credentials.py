"""The client credentials grant: a client acts for itself, without a user."""

from __future__ import annotations

from users.log.record import ClientContext, log_event
from users.oauth.grants.client_authentication import (
    SECRET_AUTH_METHODS,
    TokenGrant,
    TokenResponse,
    authenticate_client,
)
from users.oauth.grants.scopes import machine_scopes
from users.oauth.parameters import requested_server
from users.tokens.issue import issue_machine_token


class MachineGrant(TokenGrant):
    """`client_credentials`: the scopes of the client grant for the requested API."""

    GRANT_TYPE = "client_credentials"
    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_AUTH_METHODS

    def validate_token_request(self) -> None:
        """Check the client, the API and the scopes. Raises TokenError."""
        self._client = self.request.client = authenticate_client(self)
        # After authentication: an unauthenticated caller must not probe which APIs exist.
        self._server = requested_server(self.request.parameters)
        self._scopes = machine_scopes(self._client.client, self._server, self.request.parameters)

    def issue_token(self) -> TokenResponse:
        """Log the grant and answer with an access token. There is no user, so no ID token."""
        client = self._client.client
        through = ClientContext.of(client, self._server.audience)
        # Before the token: where the log cannot be written, none is issued.
        log_event("seccft", through=through, ip=self.request.ip or "", scope=" ".join(self._scopes))
        token = {
            "access_token": issue_machine_token(client, self._scopes, server=self._server),
            "scope": " ".join(self._scopes),
            "expires_in": self._server.token_lifetime,
            "token_type": "Bearer",
        }
        return 200, token, self.TOKEN_RESPONSE_HEADER
