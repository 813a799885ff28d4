"""Create, change and delete APIs (resource servers)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from users.actions.access.client_grants import grant_effect, lock_grants
from users.actions.access.roles import permissions_effect
from users.actions.errors import AlreadyExists, NotSupported
from users.conf import conf
from users.history.record import record_change_for_users
from users.log.configuration_history import (
    Action,
    effect_on,
    record_configuration_change,
    record_side_effects,
)
from users.metadata.documents import Document
from users.models import Change, Permission, RefreshToken, ResourceServer, Role, User, UserPermission
from users.models.refresh_token import lock_refresh_tokens
from users.representation.resource_servers import serialize_resource_server
from users.rights.actor import Actor
from users.rights.may import Verb, check

# What may be changed of the Management API: how long its tokens live, and whether they may be refreshed.
MANAGEMENT_COLUMNS = ("token_lifetime", "allow_offline_access")
DELETED, SCOPES_REMOVED = "The API was deleted.", "The API no longer has these scopes."


def create_server(*, actor: Actor, **columns: Any) -> ResourceServer:
    """Create an API. Raises Denied, or AlreadyExists where an API has this identifier."""
    check(actor, Verb.CREATE_RESOURCE_SERVER)
    taken = AlreadyExists("A resource server with the same identifier already exists")
    # Not in the table (its audience follows from PUBLIC_URL), so the unique constraint does not protect it.
    if columns["identifier"] == conf.management_audience:
        raise taken
    columns = {"name": _default_name(columns["identifier"]), **columns}
    with transaction.atomic():
        try:
            # A savepoint: on PostgreSQL an error would abort the outer transaction.
            with transaction.atomic():
                server = ResourceServer.objects.create(**columns)
        except IntegrityError:
            raise taken from None
        record_configuration_change(effect_on(server, Action.CREATED, after=_described(server)), actor=actor)
    return server


def _default_name(identifier: str) -> str:
    """The identifier without characters that a name must not contain."""
    # Names refuse angle brackets, identifiers do not.
    return identifier.replace("<", "").replace(">", "")[:200] or "API"


def edit_server(server: ResourceServer, columns: dict[str, Any], *, actor: Actor) -> ResourceServer:
    """Set columns; of our own Management API those of MANAGEMENT_COLUMNS alone. A scope that is removed is
    taken from all that hold it, which is recorded for each user, and in the history of each client and role.
    Raises Denied or NotSupported."""
    check(actor, Verb.UPDATE_RESOURCE_SERVER)
    with transaction.atomic():
        server = ResourceServer.objects.select_for_update().get(pk=server.pk)
        _check_system_columns(server, columns)
        before = _described(server)
        gone = set(server.scope_values) - {scope["value"] for scope in columns.get("scopes", server.scopes)}
        for name, value in columns.items():
            setattr(server, name, value)
        server.save(update_fields=columns.keys())
        effect = effect_on(server, Action.UPDATED, before=before, after=_described(server))
        record_configuration_change(effect, actor=actor)
        if gone:
            _revoke_scopes(server, gone, actor)
    return server


def delete_server(server: ResourceServer, *, actor: Actor) -> None:
    """Delete the API with its grants and permissions, which is recorded likewise. Raises Denied or
    NotSupported."""
    check(actor, Verb.DELETE_RESOURCE_SERVER)
    with transaction.atomic():
        found = ResourceServer.objects.select_for_update().filter(pk=server.pk).first()
        if found is None:
            return
        # After the lock: the row decides, not the object that the caller read.
        if found.is_system:
            raise NotSupported(f"The {found.name} is part of the product and cannot be deleted.")
        record_configuration_change(effect_on(found, Action.DELETED, before=_described(found)), actor=actor)
        _record_loss(found, set(found.scope_values), actor, DELETED)
        grants = lock_grants().filter(resource_server=found)
        effects = [grant_effect(grant, Action.GRANT_DELETED, before=grant.scope) for grant in grants]
        record_side_effects(effects, actor=actor, reason=DELETED)
        lock_refresh_tokens(RefreshToken.objects.filter(authorization__resource_server=found))
        found.delete()


def _check_system_columns(server: ResourceServer, columns: dict[str, Any]) -> None:
    """Raises NotSupported where the columns would change what the product decides of its own APIs."""
    if not server.is_system:
        return
    free = MANAGEMENT_COLUMNS if server.is_management else ()
    # Equal values are no change: tools send back what they have read.
    fixed = [name for name, value in columns.items() if name not in free and value != getattr(server, name)]
    if fixed:
        changeable = f" Only {' and '.join(free)} can be changed." if free else ""
        raise NotSupported(
            f"The {server.name} is part of the product: {', '.join(fixed)} cannot be changed.{changeable}"
        )


def _revoke_scopes(server: ResourceServer, scopes: set[str], actor: Actor) -> None:
    _record_loss(server, scopes, actor, SCOPES_REMOVED)
    Permission.objects.filter(resource_server=server, name__in=scopes).delete()
    UserPermission.objects.filter(resource_server=server, name__in=scopes).delete()
    effects = []
    for grant in lock_grants().filter(resource_server=server):
        if scopes.intersection(grant.scope):
            before, grant.scope = grant.scope, [name for name in grant.scope if name not in scopes]
            grant.save(update_fields=["scope"])
            effects.append(grant_effect(grant, Action.GRANT_UPDATED, before=before, after=grant.scope))
    record_side_effects(effects, actor=actor, reason=SCOPES_REMOVED)


def _record_loss(server: ResourceServer, scopes: set[str], actor: Actor, reason: str) -> None:
    """Record that roles lose these scopes, and users who hold them directly; without reading the users,
    of whom there may be many."""
    lost: dict[Role, list[str]] = defaultdict(list)
    permissions = Permission.objects.filter(resource_server=server, name__in=scopes)
    for permission in permissions.select_related("role").order_by("name"):
        lost[permission.role].append(permission.name)
    effects = [
        permissions_effect(role, Action.PERMISSIONS_REMOVED, {server.audience: names})
        for role, names in lost.items()
    ]
    record_side_effects(effects, actor=actor, reason=reason)
    at = timezone.now()
    held = UserPermission.objects.filter(resource_server=server, name__in=scopes)
    for name in held.order_by("name").values_list("name", flat=True).distinct():
        holders = User.accounts.filter(
            direct_permissions__resource_server=server, direct_permissions__name=name
        )
        keys = {name: {"before": [server.audience]}}
        record_change_for_users(holders, Change.What.PERMISSIONS, keys, actor=actor, at=at)


def _described(server: ResourceServer) -> Document:
    """As the Management API shows it, but scopes by their names, so that the history shows which differ."""
    scopes = {scope["value"]: scope.get("description", "") for scope in server.scopes}
    return {**serialize_resource_server(server, {}), "scopes": scopes}
