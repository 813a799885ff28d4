"""The scopes that a token gets."""

from __future__ import annotations

from collections.abc import Iterable

from users.models import Client, ClientGrant, ResourceServer, User
from users.oauth.errors import TokenError
from users.oauth.grants.offline_access import OFFLINE_ACCESS, may_refresh
from users.rights.permissions import permissions_of
from users.sign_in.id_token_claims import CLAIMS
from users.sign_in.scope_changes import ScopeChanges
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

OPENID = "openid"


def machine_scopes(client: Client, server: ResourceServer, parameters: dict[str, str]) -> list[str]:
    """Return the requested scopes that the client grant holds; all of them where none are requested.

    Raises TokenError where the client has no grant for the API, or none of the requested scopes.
    """
    grant = ClientGrant.objects.filter(client=client, resource_server=server).first()
    if grant is None:
        text = f"Client is not authorized to access {server.audience}. You need to create a client grant."
        raise TokenError("access_denied", text, 403)
    # A client grant may name scopes that only users may have, and ones that the API has lost since.
    possible = MACHINE_SCOPES if server.is_management else server.scope_values
    # RFC 6749, section 3.3: the server may grant fewer scopes than requested, and says which in `scope`.
    asked = requested_scopes(parameters)
    scopes = [scope for scope in grant.scope if scope in possible and (not asked or scope in asked)]
    if asked and not scopes:
        raise TokenError("invalid_scope", f"None of these scopes is granted: {' '.join(asked)}", 400)
    return scopes


def user_scopes(user: User, server: ResourceServer | None, parameters: dict[str, str]) -> list[str]:
    """Return the requested scopes that the user holds at the API, with the OpenID Connect ones; all held
    scopes where none are requested. Without an API there are those of OpenID Connect alone.

    Others are left out without an error, as by Auth0: a user who lacks a permission may still sign in.
    """
    asked = requested_scopes(parameters)
    held = _held_scopes(user, server)
    if not asked:
        return held
    return [scope for scope in dict.fromkeys(asked) if scope in held or scope in CLAIMS]


def authorized_scopes(
    user: User, client: Client, server: ResourceServer | None, requested: Iterable[str], *, with_refresh: bool
) -> list[str]:
    """Return those of the requested scopes that an application gets by `/authorize`: the OpenID Connect
    ones, those that the user holds at the API, and `offline_access` where client and API allow it. Unlike
    for a password grant, none for none.

    `with_refresh` says whether the answer may bring a refresh token, as only a code does.
    """
    asked = list(dict.fromkeys(requested))
    possible = {*_held_scopes(user, server), *CLAIMS}
    if with_refresh and may_refresh(client, server, asked):
        possible.add(OFFLINE_ACCESS)
    return [scope for scope in asked if scope in possible]


def changed_scopes(
    user: User,
    client: Client,
    server: ResourceServer | None,
    granted: list[str],
    changes: ScopeChanges,
    *,
    with_refresh: bool,
) -> list[str]:
    """Return the granted scopes as post-login hooks change them, within what the application could have
    requested. `openid` stays as requested: it decides which protocol the answer follows."""
    if not changes:
        return granted
    fixed = [scope for scope in granted if scope == OPENID]
    wanted = [scope for scope in changes.apply(granted) if scope != OPENID]
    return authorized_scopes(user, client, server, [*fixed, *wanted], with_refresh=with_refresh)


def _held_scopes(user: User, server: ResourceServer | None) -> list[str]:
    """At the Management API users hold the current-user scopes alone, even administrators: a token that
    leaks from an application must not open other users' data."""
    if server is None:
        return list(CLAIMS)
    if server.is_management:
        return list(CURRENT_USER_SCOPES)
    defined = permissions_of(user, server) if server.enforce_policies else server.scope_values
    # An API may define a scope of this name; only `may_refresh` grants it.
    return [scope for scope in defined if scope != OFFLINE_ACCESS]


def requested_scopes(parameters: dict[str, str]) -> list[str]:
    """Return the scopes of the request, space-separated (RFC 6749, section 3.3)."""
    return parameters.get("scope", "").split()
