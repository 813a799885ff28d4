"""Make, change and remove APIs."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from users.actions.errors import AlreadyExists, NotSupported
from users.conf import conf
from users.history.record import record_change_for_users
from users.models import Change, ClientGrant, Permission, ResourceServer, User, UserPermission
from users.rights.actor import Actor


def create_server(**columns: Any) -> ResourceServer:
    """Raises Exists where an API has this identifier."""
    taken = AlreadyExists("A resource server with the same identifier already exists")
    if columns["identifier"] == conf.management_audience:
        raise taken
    try:
        with transaction.atomic():
            return ResourceServer.objects.create(**{"name": _default_name(columns["identifier"]), **columns})
    except IntegrityError:
        raise taken from None


def _default_name(identifier: str) -> str:
    """The identifier, without what a name must not hold."""
    return identifier.replace("<", "").replace(">", "")[:200] or "API"


def edit_server(server: ResourceServer, columns: dict[str, Any], *, actor: Actor) -> ResourceServer:
    """Set columns. A scope that is no more is taken from all who hold it, which stands in the
    record of each of them. Raises NotSupported."""
    with transaction.atomic():
        server = ResourceServer.objects.select_for_update().get(pk=server.pk)
        _check_own(server)
        gone = set(server.scope_values) - {scope["value"] for scope in columns.get("scopes", server.scopes)}
        for name, value in columns.items():
            setattr(server, name, value)
        server.save(update_fields=columns.keys())
        if gone:
            _revoke_scopes(server, gone, actor)
    return server


def delete_server(server: ResourceServer, *, actor: Actor) -> None:
    """Remove it with its grants and permissions, which is recorded likewise. Raises NotSupported."""
    _check_own(server)
    with transaction.atomic():
        _record_revocation(server, set(server.scope_values), actor)
        ResourceServer.objects.filter(pk=server.pk).delete()


def _check_own(server: ResourceServer) -> None:
    if server.is_management:
        raise NotSupported("The Management API is part of the product and cannot be changed.")


def _revoke_scopes(server: ResourceServer, scopes: set[str], actor: Actor) -> None:
    _record_revocation(server, scopes, actor)
    Permission.objects.filter(resource_server=server, name__in=scopes).delete()
    UserPermission.objects.filter(resource_server=server, name__in=scopes).delete()
    for grant in ClientGrant.objects.filter(resource_server=server):
        if scopes.intersection(grant.scope):
            grant.scope = [name for name in grant.scope if name not in scopes]
            grant.save(update_fields=["scope"])


def _record_revocation(server: ResourceServer, scopes: set[str], actor: Actor) -> None:
    """That these scopes go from whoever holds them directly. However many they are, none is read."""
    at = timezone.now()
    held = UserPermission.objects.filter(resource_server=server, name__in=scopes)
    for name in held.order_by("name").values_list("name", flat=True).distinct():
        holders = User.accounts.filter(
            direct_permissions__resource_server=server, direct_permissions__name=name
        )
        keys = {name: {"before": [server.audience]}}
        record_change_for_users(holders, Change.What.PERMISSIONS, keys, actor=actor, at=at)
