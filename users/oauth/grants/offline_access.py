"""The scope `offline_access`: who gets a refresh token."""

from __future__ import annotations

from collections.abc import Iterable

from users.models import Client, ResourceServer
from users.oauth.errors import TokenError

OFFLINE_ACCESS = "offline_access"


def may_refresh(client: Client, server: ResourceServer | None, scopes: Iterable[str]) -> bool:
    """Whether a sign-in to the client, for this API or for none, brings a refresh token: where
    `offline_access` is among the requested scopes, and client and API allow it. Elsewhere the scope is
    dropped without an error, as by Auth0: its SDKs request it by default.

    Source: Auth0 docs, "Get Refresh Tokens".
    """
    return (
        OFFLINE_ACCESS in scopes
        and "refresh_token" in client.grant_types
        and (server is None or server.allow_offline_access)
    )


def check_offline_scopes(scopes: Iterable[str]) -> None:
    """Raises TokenError where both kinds of refresh tokens are requested. Online ones are not offered."""
    if {"online_access", OFFLINE_ACCESS} <= set(scopes):
        text = "Cannot request both online_access and offline_access scopes"
        raise TokenError("invalid_request", text, 400)
