"""Bearer tokens of requests, and the errors about them.

Source: RFC 6750.
"""

from __future__ import annotations

from django.http import HttpRequest

from users.oauth.errors import TokenError
from users.oauth.requests import read_body
from users.tokens.verify import InvalidToken, UserToken, verify_user_token


class MissingToken(TokenError):
    """The request has no token."""

    challenge = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__("unauthorized", "Unauthorized", 401, list(self.challenge.items()))


class BearerError(TokenError):
    """The token is not accepted; `needed` names the scope that it lacks."""

    def __init__(self, error: str, description: str, status: int, *, needed: str = "") -> None:
        challenge = f'Bearer error="{error}"' + (f', scope="{needed}"' if needed else "")
        super().__init__(error, description, status, [("WWW-Authenticate", challenge)])


def bearer_token(request: HttpRequest, *, allow_body: bool = False) -> str:
    """Return the token of the `Authorization` header, or, with `allow_body`, of the parameter `access_token`
    of a POST; never that of a URL, which ends up in logs. Raises TokenError."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    in_header = token.strip() if scheme.lower() == "bearer" else ""
    in_body = read_body(request).get("access_token", "") if allow_body and request.method == "POST" else ""
    if in_header and in_body:
        raise TokenError("invalid_request", "The access token is given in two places.", 400)
    if not (in_header or in_body):
        raise MissingToken
    return in_header or in_body


def verified_token(token: str) -> UserToken:
    """Verify a user's access token. Raises BearerError in one text for every reason."""
    try:
        return verify_user_token(token)
    except InvalidToken:
        raise invalid_token() from None


def invalid_token() -> BearerError:
    """The error about a token that is not, or no longer, valid here."""
    return BearerError("invalid_token", "The access token is invalid, has expired or was revoked.", 401)


def require_scope(token: UserToken, scope: str) -> None:
    """Raises BearerError where the token does not have the scope."""
    if scope not in token.scopes:
        raise BearerError("insufficient_scope", f"The token lacks the scope: {scope}", 403, needed=scope)
