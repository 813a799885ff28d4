"""A user's permissions at the APIs, read-only."""

from __future__ import annotations

from users.admin.request import TemplateContext
from users.models import User
from users.rights.permissions import roles_of


def permissions_by_source(user: User) -> list[TemplateContext]:
    """Return each role with its permissions; directly assigned ones last."""
    sources = [
        {"name": role.name, "permissions": role.permissions.all()}
        for role in roles_of(user).prefetch_related("permissions__resource_server")
    ]
    direct = list(user.direct_permissions.prefetch_related("resource_server"))
    return [*sources, *([{"name": "", "permissions": direct}] if direct else [])]
