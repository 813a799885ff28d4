"""Scopes of APIs that may be assigned to users, through a role or directly."""

from __future__ import annotations

from typing import Any

from django.db.models import Manager

from users.actions.errors import NotSupported, ServerNotFound, UnknownPermission
from users.conf import conf
from users.models import ResourceServer

# An API's identifier and the name of one of its scopes.
PermissionName = tuple[str, str]


def check_assignable(wanted: frozenset[PermissionName]) -> dict[str, ResourceServer]:
    """The APIs by identifier, locked, so that no request removes their scopes meanwhile.

    Raises ServerNotFound, UnknownPermission, or NotSupported for our own Management API: its scopes for
    users concern their own user only, and need no permission.
    """
    identifiers = {identifier for identifier, _ in wanted}
    if conf.management_audience in identifiers:
        raise NotSupported(
            "Scopes of the Management API cannot be assigned to users, through a role or directly."
        )
    found = (
        ResourceServer.objects.custom().filter(identifier__in=identifiers).order_by("pk").select_for_update()
    )
    servers = {server.identifier: server for server in found if server.identifier is not None}
    for identifier, name in sorted(wanted):
        if identifier not in servers:
            raise ServerNotFound(identifier)
        if name not in servers[identifier].scope_values:
            raise UnknownPermission(name, identifier)
    return servers


def permission_pks(permissions: Manager[Any]) -> dict[PermissionName, int]:
    """The primary keys of a role's or a user's permissions, by what they name."""
    rows = permissions.values_list("resource_server__identifier", "name", "pk")
    return {(identifier, name): key for identifier, name, key in rows}
