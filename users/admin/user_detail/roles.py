"""Roles and permissions of a user at APIs, assigned and removed on the user's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext

from users.actions.account.assign_permissions import assign_permissions, remove_permissions
from users.actions.account.assign_roles import assign_roles, remove_roles
from users.actions.errors import RoleNotFound, ServerNotFound, UnknownPermission
from users.admin.request import TemplateContext, UserPageRequest
from users.models import ResourceServer, Role, UserPermission
from users.rights.may import Verb, check, denial_reason
from users.rights.permissions import roles_of

# Choices offered in a list; what is beyond them can be assigned through the Management API.
MAX_CHOICES = 500
# Between an API's id and the name of a permission, in the value of a choice. Ids have no blank.
_SEPARATOR = " "


def roles_context(visit: UserPageRequest) -> TemplateContext:
    """Return the user's roles and direct permissions and, for staff who may assign them, the others."""
    refusal = denial_reason(visit.actor, Verb.CHANGE_ROLES, visit.user)
    # Prefetched, or each permission would cost a query of its own.
    roles = list(roles_of(visit.user).prefetch_related("permissions__resource_server"))
    direct = list(visit.user.direct_permissions.select_related("resource_server"))
    context = {"roles": roles, "permissions": list(map(_row, direct)), "roles_refusal": refusal}
    return context if refusal else {**context, **_choices(roles, direct)}


def _row(permission: UserPermission) -> TemplateContext:
    server = permission.resource_server
    return {"name": permission.name, "server": server, "value": _value(server, permission.name)}


def _value(server: ResourceServer, name: str) -> str:
    return f"{server.resource_server_id}{_SEPARATOR}{name}"


def _choices(roles: list[Role], direct: list[UserPermission]) -> TemplateContext:
    """Return what the user does not have yet: roles by name, and permissions by API."""
    others = Role.objects.exclude(pk__in=[role.pk for role in roles]).order_by("name_folded", "pk")
    held = {(one.resource_server_id, one.name) for one in direct}
    # Scopes of the Management API cannot be assigned to users.
    servers = ResourceServer.objects.custom().order_by("name", "pk")[:MAX_CHOICES]
    return {
        "other_roles": list(others[:MAX_CHOICES]),
        "servers": [
            {"name": server.name, "choices": choices}
            for server in servers
            if (choices := list(_assignable(server, held)))
        ],
    }


def _assignable(server: ResourceServer, held: set[tuple[int, str]]) -> Iterator[TemplateContext]:
    for name in server.scope_values[:MAX_CHOICES]:
        if (server.pk, name) not in held:
            yield {"name": name, "value": _value(server, name)}


def assign_role(visit: UserPageRequest) -> None:
    """Assign the chosen role."""
    if role := _change_role(visit, assign_roles):
        visit.show_success(gettext("Role %(name)s assigned.") % {"name": role.name})


def remove_role(visit: UserPageRequest) -> None:
    """Remove a role from the user."""
    if role := _change_role(visit, remove_roles):
        visit.show_success(gettext("Role %(name)s removed.") % {"name": role.name})


def assign_permission(visit: UserPageRequest) -> None:
    """Assign the chosen permission directly."""
    if name := _change_permission(visit, assign_permissions):
        visit.show_success(gettext("Permission %(name)s assigned.") % {"name": name})


def remove_permission(visit: UserPageRequest) -> None:
    """Remove a permission that is assigned directly. One through a role stays."""
    if name := _change_permission(visit, remove_permissions):
        visit.show_success(gettext("Permission %(name)s removed.") % {"name": name})


def _change_role(visit: UserPageRequest, change: Callable[..., None]) -> Role | None:
    """Return the role once it is assigned or removed; None, with a message, where there is none."""
    # Before the look-up, which would tell staff without the right which roles there are.
    check(visit.actor, Verb.CHANGE_ROLES, visit.user)
    role = Role.objects.filter(role_id=_posted(visit, "role")).first()
    try:
        if role is None:
            raise RoleNotFound
        change([visit.user.user_id], [role.role_id], actor=visit.actor, reason=visit.reason)
    # Deleted while the page was open, or none was chosen.
    except RoleNotFound:
        visit.show_error(gettext("Choose a role that exists."))
        return None
    return role


def _change_permission(visit: UserPageRequest, change: Callable[..., None]) -> str | None:
    """Return the name of the permission once it is assigned or removed; None, with a message, where there
    is none."""
    check(visit.actor, Verb.CHANGE_ROLES, visit.user)
    server_id, _, name = _posted(visit, "permission").partition(_SEPARATOR)
    server = ResourceServer.objects.custom().filter(resource_server_id=server_id).first()
    try:
        if server is None:
            raise ServerNotFound(server_id)
        change(visit.user, frozenset({(server.audience, name)}), actor=visit.actor, reason=visit.reason)
    # Removed from the API while the page was open, or none was chosen.
    except (ServerNotFound, UnknownPermission):
        visit.show_error(gettext("Choose a permission that exists."))
        return None
    return name


def _posted(visit: UserPageRequest, field: str) -> str:
    # PostgreSQL refuses NUL in a text.
    return visit.request.POST.get(field, "").replace("\0", "")
