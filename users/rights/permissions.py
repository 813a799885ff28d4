"""Permissions of a user at APIs, directly and through roles (RBAC). Never staff rights of this product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from users.models import Permission, ResourceServer, Role, User, UserPermission


@dataclass(frozen=True)
class EffectivePermission:
    """One scope of an API that a user has: through these roles, directly, or both."""

    server: ResourceServer
    name: str
    is_direct: bool
    roles: tuple[Role, ...]


def roles_of(user: User) -> QuerySet[Role]:
    """The user's roles, oldest first."""
    return Role.objects.filter(members__user=user)


def permissions_of(user: User, server: ResourceServer) -> list[str]:
    """The names of the API's scopes that the user has, sorted, without duplicates."""
    direct = UserPermission.objects.filter(user=user, resource_server=server)
    inherited = Permission.objects.filter(Q(role__members__user=user), resource_server=server)
    names = {*direct.values_list("name", flat=True), *inherited.values_list("name", flat=True)}
    # A scope may have been removed from the API since it was assigned.
    return sorted(names.intersection(server.scope_values))


def effective_permissions(user: User) -> list[EffectivePermission]:
    """All permissions of the user, API by API, each scope once. Bounded by the user's roles, so read as a
    whole."""
    direct = set(UserPermission.objects.filter(user=user).values_list("resource_server_id", "name"))
    inherited: dict[tuple[int, str], list[Role]] = defaultdict(list)
    for one in Permission.objects.filter(role__members__user=user).select_related("role"):
        inherited[one.resource_server_id, one.name].append(one.role)
    # One look-up for all APIs: no N+1 query, however many permissions.
    keys = sorted(direct | inherited.keys())
    servers = ResourceServer.objects.in_bulk({server for server, _ in keys})
    return [
        EffectivePermission(
            servers[server], name, (server, name) in direct, tuple(inherited.get((server, name), ()))
        )
        for server, name in keys
    ]
