"""`POST /oauth/revoke`: a client gives up a refresh token.

Source: RFC 7009; Auth0's Authentication API reference, "Revoke Refresh Token".
"""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidClientError
from django.http import HttpRequest, HttpResponse

from users.actions.authorizations.refresh_tokens import revoke_refresh_token
from users.oauth.clients import RegisteredClient
from users.oauth.endpoint import oauth_endpoint
from users.oauth.errors import TokenError
from users.oauth.grants.client_authentication import ALL_AUTH_METHODS
from users.oauth.parameters import caller_device, required_parameter
from users.oauth.requests import TokenRequest
from users.oauth.server import HEADERS, server


@oauth_endpoint("POST")
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke a refresh token. The answer to a token that is unknown, or another client's, is the same, so
    that none can be guessed. Access tokens end by themselves."""
    token_request = TokenRequest(request)
    client = token_request.client = authenticated_client(token_request)
    token = required_parameter(token_request.parameters, "token")
    revoke_refresh_token(token, client=client.client, device=caller_device(token_request))
    return HttpResponse(headers={name: value for name, value in HEADERS.items() if name != "Content-Type"})


def authenticated_client(request: TokenRequest) -> RegisteredClient:
    """Return the client that sends the request, whatever grants it may use. Raises TokenError."""
    try:
        client = server.authenticate_client(request, ALL_AUTH_METHODS, "revocation")
    except (InvalidClientError, ValueError):  # ValueError: a Basic header that is not UTF-8
        raise TokenError("invalid_client", "Unauthorized", 401) from None
    assert isinstance(client, RegisteredClient), "TokenServer.query_client makes no other"
    return client
