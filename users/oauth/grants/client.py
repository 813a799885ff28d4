"""Which client asks, and whether it may in this way."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc6749.grants import BaseGrant

from users.oauth.clients import RegisteredClient
from users.oauth.errors import TokenError

SECRET_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]
ALL_AUTH_METHODS = [*SECRET_AUTH_METHODS, "none"]


def authenticate_client(grant: BaseGrant) -> RegisteredClient:
    """The client, by its secret; by its id alone where it is one that keeps none and the grant
    takes such. Raises TokenError."""
    try:
        client: RegisteredClient = grant.authenticate_token_endpoint_client()
    except (InvalidClientError, ValueError):  # also a Basic header that is no text
        raise TokenError("access_denied", "Unauthorized", 401) from None
    if not client.check_grant_type(grant.GRANT_TYPE):
        text = f"Grant type '{grant.GRANT_TYPE}' not allowed for the client."
        raise TokenError("unauthorized_client", text, 403)
    return client
