"""The authorization server: authlib's, with our clients, grants and error texts.

Source for shapes and texts: Auth0's Authentication API reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import UnsupportedGrantTypeError
from django.http import HttpRequest, HttpResponse

from users.models.compiled_lookup import find_active_client
from users.oauth.clients import RegisteredClient
from users.oauth.errors import TokenError
from users.oauth.failure_log import log_failed_request
from users.oauth.grants.authorization_code import AuthorizationCodeGrant
from users.oauth.grants.client_authentication import TokenGrant
from users.oauth.grants.client_credentials import MachineGrant
from users.oauth.grants.mfa import OtpGrant, RecoveryCodeGrant
from users.oauth.grants.password import PasswordGrant, RealmGrant
from users.oauth.grants.refresh_token import RefreshTokenGrant
from users.oauth.requests import TokenRequest

# RFC 6749, section 5.1, asks for both headers against caches; `Pragma` is for those of HTTP/1.0.
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}


class TokenServer(AuthorizationServer):
    """authlib's server, adapted to Django's requests and responses."""

    def query_client(self, client_id: str) -> RegisteredClient | None:  # type: ignore[override]  # may be None
        """Find a client that is not revoked."""
        client = find_active_client(client_id)
        return RegisteredClient(client) if client else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Access tokens are signed, not stored."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """authlib's signals are not used; its own method does not know Django's."""

    def create_oauth2_request(self, request: HttpRequest) -> TokenRequest:
        """Wrap Django's request for authlib."""
        return TokenRequest(request)

    def handle_response(
        self, status: int, body: Any, headers: Mapping[str, str] | Iterable[tuple[str, str]]
    ) -> HttpResponse:
        """Build Django's response from authlib's. Tokens and errors are never cached."""
        # authlib returns error bodies as pairs.
        text = json.dumps(dict(body) if isinstance(body, list) else body)
        # Ours last, so that no grant or error of authlib makes an answer cacheable.
        return HttpResponse(text, status=status, headers={**dict(headers), **HEADERS})


GRANTS = (
    MachineGrant,
    AuthorizationCodeGrant,
    PasswordGrant,
    RealmGrant,
    RefreshTokenGrant,
    OtpGrant,
    RecoveryCodeGrant,
)
server = TokenServer()
for grant in GRANTS:
    server.register_grant(grant)


def token_response(request: HttpRequest) -> HttpResponse:
    """Answer a token request: the token, or an OAuth error with Auth0's status and text."""
    try:
        return _handle_grant(server.create_oauth2_request(request))
    except OAuth2Error as error:
        return server.handle_response(*error())


def _handle_grant(request: TokenRequest) -> HttpResponse:
    """Run the grant that `grant_type` names. Raises OAuth2Error, after logging it."""
    grant_type = request.parameters.get("grant_type")
    try:
        # authlib would answer a missing grant type as an unsupported one.
        if not grant_type:
            raise TokenError("invalid_request", "Missing required parameter: grant_type", 400)
        grant = server.get_token_grant(request)
        assert isinstance(grant, TokenGrant), "only these are registered"
        grant.validate_token_request()
        return server.handle_response(*grant.issue_token())
    # Auth0's status, where RFC 6749 has 400.
    except UnsupportedGrantTypeError:
        raise TokenError("unsupported_grant_type", f"Unsupported grant type: {grant_type}", 403) from None
    except OAuth2Error as error:
        log_failed_request(request, error)
        raise
