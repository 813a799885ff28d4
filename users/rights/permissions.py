"""What somebody is permitted at an API, directly and by roles. Never a staff right of ours."""

from __future__ import annotations

from django.db.models import Q

from users.models import Permission, ResourceServer, User, UserPermission


def permissions_of(user: User, server: ResourceServer) -> list[str]:
    """Names of the API's scopes that the person holds, in order, each once."""
    direct = UserPermission.objects.filter(user=user, resource_server=server)
    inherited = Permission.objects.filter(Q(role__members__user=user), resource_server=server)
    names = {*direct.values_list("name", flat=True), *inherited.values_list("name", flat=True)}
    return sorted(names.intersection(server.scope_values))
