"""What somebody is permitted at the APIs, directly and by roles. Never a staff right of ours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from users.models import Permission, ResourceServer, Role, User, UserPermission


@dataclass(frozen=True)
class EffectivePermission:
    """One scope of an API that somebody holds: by these roles, directly, or both."""

    server: ResourceServer
    name: str
    is_direct: bool
    roles: tuple[Role, ...]


def roles_of(user: User) -> QuerySet[Role]:
    """The person's roles, the one made first before the others."""
    return Role.objects.filter(members__user=user)


def permissions_of(user: User, server: ResourceServer) -> list[str]:
    """Names of the API's scopes that the person holds, in order, each once."""
    direct = UserPermission.objects.filter(user=user, resource_server=server)
    inherited = Permission.objects.filter(Q(role__members__user=user), resource_server=server)
    names = {*direct.values_list("name", flat=True), *inherited.values_list("name", flat=True)}
    return sorted(names.intersection(server.scope_values))


def effective_permissions(user: User) -> list[EffectivePermission]:
    """Everything the person holds, API by API, each scope once. As many as all roles of one
    person hold, so they are read whole."""
    direct = set(UserPermission.objects.filter(user=user).values_list("resource_server_id", "name"))
    inherited: dict[tuple[int, str], list[Role]] = defaultdict(list)
    for one in Permission.objects.filter(role__members__user=user).select_related("role"):
        inherited[one.resource_server_id, one.name].append(one.role)
    keys = sorted(direct | inherited.keys())
    servers = ResourceServer.objects.in_bulk({server for server, _ in keys})
    return [
        EffectivePermission(
            servers[server], name, (server, name) in direct, tuple(inherited.get((server, name), ()))
        )
        for server, name in keys
    ]
