"""Give clients scopes, and take them away."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from users.actions.errors import AlreadyExists, UnknownScope
from users.models import Client, ClientGrant, ResourceServer
from users.rights.actor import Actor
from users.rights.client_rights import check_has_scopes
from users.tokens.scopes import MACHINE_SCOPES
from users.tokens.verify import clear_token_caches_on_commit


def create_grant(client: Client, server: ResourceServer, scope: list[str], *, actor: Actor) -> ClientGrant:
    """Raises UnknownScope, Denied, or Exists where the client has a grant for this API."""
    check_scope(server, scope, actor)
    try:
        with transaction.atomic():
            grant = ClientGrant.objects.create(client=client, resource_server=server, scope=scope)
    except IntegrityError:
        raise AlreadyExists("The client has a grant for this audience; change that one.") from None
    clear_token_caches_on_commit()
    return grant


def edit_grant(grant: ClientGrant, scope: list[str], *, actor: Actor) -> ClientGrant:
    """Put `scope` in place of what is granted. Raises UnknownScope or Denied."""
    check_scope(grant.resource_server, scope, actor)
    grant.scope = scope
    grant.save(update_fields=["scope"])
    clear_token_caches_on_commit()
    return grant


def delete_grant(grant_id: str) -> None:
    """Remove it, if there is such a grant. What it gave is gone from now on in this process, and
    within seconds in every other."""
    ClientGrant.objects.filter(grant_id=grant_id).delete()
    clear_token_caches_on_commit()


def check_scope(server: ResourceServer, scope: list[str], actor: Actor) -> None:
    """Raises UnknownScope for what is no scope of the API, and Denied for what the giver of
    scopes of our own Management API does not hold."""
    known = MACHINE_SCOPES.keys() if server.is_management else set(server.scope_values)
    for name in scope:
        if name not in known:
            raise UnknownScope(name, server.audience)
    if server.is_management:
        check_has_scopes(actor, scope)
