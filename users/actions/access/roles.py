"""Make, change and remove roles, and decide what they permit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from users.actions.access.assignable_scopes import PermissionName, check_assignable, permission_pks
from users.actions.errors import AlreadyExists, RoleNotFound
from users.history.record import record_change_for_users
from users.models import Change, Permission, Role, User
from users.rights.actor import Actor


def create_role(**columns: Any) -> Role:
    """Raises Exists where a role has this name."""
    with _report_duplicates():
        return Role.objects.create(**columns)


def edit_role(role: Role, columns: dict[str, Any]) -> Role:
    """Set columns. Raises Exists or RoleGone."""
    with _report_duplicates():
        role = _lock(role)
        for name, value in columns.items():
            setattr(role, name, value)
        role.save(update_fields=columns.keys())
    return role


def delete_role(role: Role, *, actor: Actor, reason: str = "") -> None:
    """Remove the role, and from everybody who has it, which stands in the record of each of them.
    However many they are, none of them is read. Raises RoleGone."""
    with transaction.atomic():
        role = _lock(role)
        members = User.accounts.filter(memberships__role=role)
        keys = {role.name: {"before": role.role_id}}
        record_change_for_users(
            members, Change.What.ROLES, keys, actor=actor, at=timezone.now(), reason=reason
        )
        role.delete()


def add_role_permissions(role: Role, wanted: frozenset[PermissionName]) -> None:
    """Let whoever has the role do these things at the APIs. Raises RoleGone and what
    `check_assignable` raises."""
    with transaction.atomic():
        role = _lock(role)
        servers = check_assignable(wanted)
        new = sorted(wanted - permission_pks(role.permissions).keys())
        Permission.objects.bulk_create(
            Permission(role=role, resource_server=servers[identifier], name=name) for identifier, name in new
        )


def remove_role_permissions(role: Role, unwanted: frozenset[PermissionName]) -> None:
    """Take these things from what the role permits, those that it does. Raises RoleGone."""
    with transaction.atomic():
        held = permission_pks(_lock(role).permissions)
        Permission.objects.filter(pk__in=[held[one] for one in unwanted & held.keys()]).delete()


def _lock(role: Role) -> Role:
    """The row as it is now, held against whoever gives it to somebody meanwhile."""
    try:
        return Role.objects.select_for_update().get(pk=role.pk)
    except Role.DoesNotExist:
        raise RoleNotFound from None


@contextmanager
def _report_duplicates() -> Iterator[None]:
    """Of a role's columns only the name can be somebody else's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise AlreadyExists("The role already exists.") from None
