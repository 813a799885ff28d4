"""Make, change and remove APIs."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from users.actions.errors import Exists, NotSupported
from users.conf import conf
from users.models import ClientGrant, Permission, ResourceServer, UserPermission


def make_server(**columns: Any) -> ResourceServer:
    """Raises Exists where an API has this identifier."""
    taken = Exists("A resource server with the same identifier already exists")
    if columns["identifier"] == conf.management_audience:
        raise taken
    try:
        with transaction.atomic():
            return ResourceServer.objects.create(**{"name": columns["identifier"][:200], **columns})
    except IntegrityError:
        raise taken from None


def edit_server(server: ResourceServer, columns: dict[str, Any]) -> ResourceServer:
    """Set columns. A scope that is no more is taken from all who hold it. Raises NotSupported."""
    with transaction.atomic():
        server = ResourceServer.objects.select_for_update().get(pk=server.pk)
        _check_own(server)
        gone = set(server.scope_values) - {scope["value"] for scope in columns.get("scopes", server.scopes)}
        for name, value in columns.items():
            setattr(server, name, value)
        server.save(update_fields=columns.keys())
        if gone:
            _withdraw(server, gone)
    return server


def delete_server(server: ResourceServer) -> None:
    """Remove it with its grants and permissions. Raises NotSupported."""
    _check_own(server)
    ResourceServer.objects.filter(pk=server.pk).delete()


def _check_own(server: ResourceServer) -> None:
    if server.is_management:
        raise NotSupported("The Management API is part of the product and cannot be changed.")


def _withdraw(server: ResourceServer, scopes: set[str]) -> None:
    Permission.objects.filter(resource_server=server, name__in=scopes).delete()
    UserPermission.objects.filter(resource_server=server, name__in=scopes).delete()
    for grant in ClientGrant.objects.filter(resource_server=server):
        if scopes.intersection(grant.scope):
            grant.scope = [name for name in grant.scope if name not in scopes]
            grant.save(update_fields=["scope"])
