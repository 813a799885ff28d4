"""Create, change and delete roles, and their permissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from users.actions.access.assignable_scopes import PermissionName, check_assignable, permission_pks
from users.actions.errors import RoleNotFound
from users.actions.unique_name import report_duplicate_name
from users.history.record import record_change_for_users
from users.log.configuration_history import Action, Effect, effect_on, record_configuration_change
from users.models import Change, Permission, Role, User
from users.representation.roles import serialize_role
from users.rights.actor import Actor
from users.rights.may import Verb, check


def create_role(*, actor: Actor, **columns: Any) -> Role:
    """Create a role. Raises Denied, or AlreadyExists where a role has this name."""
    check(actor, Verb.CREATE_ROLE)
    with transaction.atomic():
        with report_duplicate_name("The role already exists."):
            role = Role.objects.create(**columns)
        record_configuration_change(effect_on(role, Action.CREATED, after=serialize_role(role)), actor=actor)
    return role


def edit_role(role: Role, columns: dict[str, Any], *, actor: Actor) -> Role:
    """Set columns. Raises Denied, AlreadyExists or RoleNotFound."""
    check(actor, Verb.UPDATE_ROLE)
    with transaction.atomic():
        role = _lock(role)
        before = serialize_role(role)
        for name, value in columns.items():
            setattr(role, name, value)
        with report_duplicate_name("The role already exists."):
            role.save(update_fields=columns.keys())
        effect = effect_on(role, Action.UPDATED, before=before, after=serialize_role(role))
        record_configuration_change(effect, actor=actor)
    return role


def delete_role(role: Role, *, actor: Actor, reason: str = "") -> None:
    """Delete the role and record the loss for each user who has it, without reading the users, of whom
    there may be many. Raises Denied or RoleNotFound."""
    check(actor, Verb.DELETE_ROLE)
    with transaction.atomic():
        role = _lock(role)
        members = User.accounts.filter(memberships__role=role)
        keys = {role.name: {"before": role.role_id}}
        # Before the deletion, which removes the memberships that the INSERT ... SELECT reads.
        record_change_for_users(
            members, Change.What.ROLES, keys, actor=actor, at=timezone.now(), reason=reason
        )
        permissions = _by_api(permission_pks(role.permissions))
        before = {**serialize_role(role), "permissions": permissions}
        effect = effect_on(role, Action.DELETED, before=before)
        record_configuration_change(effect, actor=actor, reason=reason)
        role.delete()


def add_role_permissions(role: Role, wanted: frozenset[PermissionName], *, actor: Actor) -> None:
    """Add permissions for scopes of APIs to a role. Raises Denied, RoleNotFound and what
    `check_assignable` raises."""
    check(actor, Verb.UPDATE_ROLE)
    with transaction.atomic():
        role = _lock(role)
        servers = check_assignable(wanted)
        # Only new ones are inserted and recorded, so that the request is idempotent.
        new = sorted(wanted - permission_pks(role.permissions).keys())
        Permission.objects.bulk_create(
            Permission(role=role, resource_server=servers[identifier], name=name) for identifier, name in new
        )
        if new:
            effect = permissions_effect(role, Action.PERMISSIONS_ADDED, _by_api(new))
            record_configuration_change(effect, actor=actor)


def remove_role_permissions(role: Role, unwanted: frozenset[PermissionName], *, actor: Actor) -> None:
    """Remove permissions from a role, those of them that it has. Raises Denied or RoleNotFound."""
    check(actor, Verb.UPDATE_ROLE)
    with transaction.atomic():
        role = _lock(role)
        held = permission_pks(role.permissions)
        gone = unwanted & held.keys()
        Permission.objects.filter(pk__in=[held[one] for one in gone]).delete()
        if gone:
            effect = permissions_effect(role, Action.PERMISSIONS_REMOVED, _by_api(gone))
            record_configuration_change(effect, actor=actor)


def permissions_effect(role: Role, action: Action, permissions: Mapping[str, list[str]]) -> Effect:
    """That the role gained or lost these permissions: names of scopes by the identifiers of APIs."""
    side = "after" if action == Action.PERMISSIONS_ADDED else "before"
    return effect_on(role, action, **{side: {"permissions": dict(permissions)}})


def _by_api(permissions: Iterable[PermissionName]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for identifier, name in sorted(permissions):
        names[identifier].append(name)
    return names


def _lock(role: Role) -> Role:
    """The current row, locked, so that no request assigns the role meanwhile."""
    try:
        return Role.objects.select_for_update().get(pk=role.pk)
    except Role.DoesNotExist:
        raise RoleNotFound from None
