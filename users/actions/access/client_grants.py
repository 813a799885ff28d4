"""Client grants: grant scopes to clients, and revoke them. Recorded in the history of the client."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from users.actions.errors import AlreadyExists, UnknownScope
from users.log.configuration_history import Action, Effect, Kind, record_configuration_change
from users.metadata.documents import Document
from users.models import Client, ClientGrant, ResourceServer
from users.rights.actor import Actor
from users.rights.client_rights import check_has_scopes
from users.rights.may import Verb, check
from users.tokens.scopes import MACHINE_SCOPES
from users.tokens.verify import clear_token_caches_on_commit


def create_grant(client: Client, server: ResourceServer, scope: list[str], *, actor: Actor) -> ClientGrant:
    """Grant a client scopes of an API. Raises Denied, UnknownScope, or AlreadyExists where the client
    has a grant for this API."""
    check(actor, Verb.CREATE_CLIENT_GRANT)
    check_scope(server, scope, actor)
    with transaction.atomic():
        try:
            # A savepoint: on PostgreSQL an error would abort the outer transaction.
            with transaction.atomic():
                grant = ClientGrant.objects.create(client=client, resource_server=server, scope=scope)
        except IntegrityError:
            raise AlreadyExists("The client has a grant for this audience; change that one.") from None
        record_configuration_change(grant_effect(grant, Action.GRANT_CREATED, after=scope), actor=actor)
        clear_token_caches_on_commit()
    return grant


def edit_grant(grant: ClientGrant, scope: list[str], *, actor: Actor) -> ClientGrant:
    """Put `scope` in place of what is granted. Raises Denied or UnknownScope."""
    check(actor, Verb.UPDATE_CLIENT_GRANT)
    check_scope(grant.resource_server, scope, actor)
    with transaction.atomic():
        grant = lock_grants().get(pk=grant.pk)
        before, grant.scope = grant.scope, scope
        # Nothing is recorded where nothing changes.
        if before != scope:
            grant.save(update_fields=["scope"])
            effect = grant_effect(grant, Action.GRANT_UPDATED, before=before, after=scope)
            record_configuration_change(effect, actor=actor)
            clear_token_caches_on_commit()
    return grant


def delete_grant(grant_id: str, *, actor: Actor) -> None:
    """Delete the grant, if there is such a grant. Its scopes end now in this process, and within
    seconds in every other. Raises Denied."""
    check(actor, Verb.DELETE_CLIENT_GRANT)
    with transaction.atomic():
        grant = lock_grants().filter(grant_id=grant_id).first()
        if grant is not None:
            effect = grant_effect(grant, Action.GRANT_DELETED, before=grant.scope)
            record_configuration_change(effect, actor=actor)
            grant.delete()
            clear_token_caches_on_commit()


def check_scope(server: ResourceServer, scope: list[str], actor: Actor) -> None:
    """Raises UnknownScope for a scope the API does not have, and Denied for scopes of our own Management
    API that the actor does not hold."""
    known = MACHINE_SCOPES.keys() if server.is_management else set(server.scope_values)
    for name in scope:
        if name not in known:
            raise UnknownScope(name, server.audience)
    if server.is_management:
        check_has_scopes(actor, scope)


def grant_effect(
    grant: ClientGrant, action: Action, *, before: list[str] | None = None, after: list[str] | None = None
) -> Effect:
    """What became of the scopes of a grant, as an effect on its client."""

    def granted(scope: list[str] | None) -> Document | None:
        return None if scope is None else {"grants": {grant.resource_server.audience: scope}}

    return Effect(
        kind=Kind.CLIENT,
        object_id=grant.client.client_id,
        name=grant.client.name,
        action=action,
        before=granted(before),
        after=granted(after),
    )


def lock_grants() -> QuerySet[ClientGrant]:
    """All grants with their clients and APIs, each locked when it is read."""
    grants = ClientGrant.objects.select_related("client", "resource_server")
    return grants.select_for_update(of=("self",))
