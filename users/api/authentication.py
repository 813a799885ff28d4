"""Who calls the Management API: a client, by its access token."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication

from users.rights.actor import Actor, Face, Kind
from users.tokens.verify import Machine, verify


class NotAToken(Exception):
    """The Authorization header holds something else."""


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <JWT>`. Raises NotAToken or a TokenRefused; `errors` words them."""

    def authenticate(self, request: Any) -> tuple[Machine, str] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAToken
        return verify(token.strip()), token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


def client_actor(machine: Machine, request_id: str) -> Actor:
    """The calling client, as actions ask for it."""
    return Actor(
        kind=Kind.CLIENT,
        face=Face.API,
        id=machine.client_id,
        name=machine.name,
        request_id=request_id,
        scopes=machine.scopes,
    )
