"""Authenticate API callers, a client or a user, by access token."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication

from users.rights.actor import Actor, Face, Kind, bearer_actor
from users.tokens.verify import Caller, UserCaller, verify_access_token
from users.web.client_ip import recorded_ip


class InvalidAuthorizationHeader(Exception):
    """The Authorization header holds something other than a Bearer token."""


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <JWT>`.

    Raises MalformedToken or another InvalidToken, which `errors` turns into Auth0's messages.
    """

    def authenticate(self, request: Any) -> tuple[Caller, str] | None:
        header = request.headers.get("Authorization", "")
        # None lets public operations pass; the others ask for authentication by scope.
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        # The case of the scheme does not matter (RFC 9110, section 11.1).
        if scheme.lower() != "bearer" or not token:
            raise InvalidAuthorizationHeader
        return verify_access_token(token.strip()), token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


def actor_of(request: Any) -> Actor:
    """Return the caller as the `Actor` that actions take."""
    caller: Caller = request.user
    # `recorded_ip` obeys RECORD_IP, so history and log get no more of the IP address than the settings allow.
    origin = {"request_id": request.request_id, "ip": recorded_ip(request)}
    if isinstance(caller, UserCaller):
        # With the time of the sign-in, since removing one's own second factor needs a recent one.
        return bearer_actor(
            caller.user,
            caller.scopes,
            authenticated_at=caller.authenticated_at,
            is_third_party=caller.is_third_party,
            **origin,
        )
    return Actor(
        kind=Kind.CLIENT,
        face=Face.API,
        id=caller.client_id,
        name=caller.name,
        scopes=caller.scopes,
        **origin,
    )
