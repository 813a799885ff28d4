"""Client authentication, and whether the client may use a grant."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from users.oauth.clients import RegisteredClient
from users.oauth.errors import TokenError
from users.oauth.requests import TokenRequest

SECRET_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]
ALL_AUTH_METHODS = [*SECRET_AUTH_METHODS, "none"]


# Status, body, headers.
TokenResponse = tuple[int, dict[str, Any], Collection[tuple[str, str]]]


class TokenGrant(BaseGrant, TokenEndpointMixin):
    """A grant of our token endpoint, which reads our requests."""

    GRANT_TYPE: str
    request: TokenRequest

    def issue_token(self) -> TokenResponse:
        """The answer to a request that `validate_token_request` has accepted."""
        raise NotImplementedError


def authenticate_client(grant: TokenGrant) -> RegisteredClient:
    """Return the client that sends the request. Raises TokenError.

    Confidential clients prove themselves by their secret. Public ones have none and give their id alone,
    where the grant accepts that (`TOKEN_ENDPOINT_AUTH_METHODS`). Unknown clients and wrong secrets have one
    answer, so that client ids cannot be guessed.
    """
    try:
        client = grant.authenticate_token_endpoint_client()
    except (InvalidClientError, ValueError):  # ValueError: a Basic header that is not UTF-8
        raise TokenError("access_denied", "Unauthorized", 401) from None
    assert isinstance(client, RegisteredClient), "TokenServer.query_client makes no other"
    # Only after authentication, so that others do not learn which grants a client has.
    if not client.check_grant_type(grant.GRANT_TYPE):
        text = f"Grant type '{grant.GRANT_TYPE}' not allowed for the client."
        raise TokenError("unauthorized_client", text, 403)
    return client
