"""Which scopes a token gets."""

from __future__ import annotations

from users.models import Client, ClientGrant, ResourceServer, User
from users.oauth.errors import TokenError
from users.rights.permissions import permissions_of
from users.sign_in.id_token_claims import CLAIMS
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES


def machine_scopes(client: Client, server: ResourceServer, given: dict[str, str]) -> list[str]:
    """Those asked for that are granted; all that are granted where none are asked for. Raises
    TokenError."""
    grant = ClientGrant.objects.filter(client=client, resource_server=server).first()
    if grant is None:
        text = f"Client is not authorized to access {server.audience}. You need to create a client grant."
        raise TokenError("access_denied", text, 403)
    # What a person holds no machine does, whatever its grant says; nor what the API has no more.
    possible = MACHINE_SCOPES if server.is_management else server.scope_values
    asked = _requested_scopes(given)
    scopes = [scope for scope in grant.scope if scope in possible and (not asked or scope in asked)]
    if asked and not scopes:
        raise TokenError("invalid_scope", f"None of these scopes is granted: {' '.join(asked)}", 400)
    return scopes


def user_scopes(user: User, server: ResourceServer, given: dict[str, str]) -> list[str]:
    """Those asked for that the person has at the API, and what they let an id token tell; all they
    have there where none are asked for. The rest is left out without an error, as by Auth0: who
    lacks a permission may still sign in."""
    asked = _requested_scopes(given)
    held = _held_scopes(user, server)
    if not asked:
        return held
    return [scope for scope in dict.fromkeys(asked) if scope in held or scope in CLAIMS]


def _held_scopes(user: User, server: ResourceServer) -> list[str]:
    """At our own API people hold what concerns themselves and nothing else, ever."""
    if server.is_management:
        return list(CURRENT_USER_SCOPES)
    return permissions_of(user, server) if server.enforce_policies else server.scope_values


def _requested_scopes(given: dict[str, str]) -> list[str]:
    return given.get("scope", "").split()
