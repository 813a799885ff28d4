"""Make, change and remove roles, and decide what they permit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from users.actions.access.assignable_scopes import Named, check_assignable, keys_of
from users.actions.errors import Exists, RoleGone
from users.history.record import record_for
from users.models import Change, Permission, Role, User
from users.rights.actor import Actor


def make_role(**columns: Any) -> Role:
    """Raises Exists where a role has this name."""
    with _taken_reported():
        return Role.objects.create(**columns)


def edit_role(role: Role, columns: dict[str, Any]) -> Role:
    """Set columns. Raises Exists or RoleGone."""
    with _taken_reported():
        role = _locked(role)
        for name, value in columns.items():
            setattr(role, name, value)
        role.save(update_fields=columns.keys())
    return role


def delete_role(role: Role, *, actor: Actor, reason: str = "") -> None:
    """Remove the role, and from everybody who has it, which stands in the record of each of them.
    However many they are, none of them is read. Raises RoleGone."""
    with transaction.atomic():
        role = _locked(role)
        members = User.accounts.filter(memberships__role=role)
        keys = {role.name: {"before": role.role_id}}
        record_for(members, Change.What.ROLES, keys, actor=actor, at=timezone.now(), reason=reason)
        role.delete()


def permit(role: Role, wanted: frozenset[Named]) -> None:
    """Let whoever has the role do these things at the APIs. Raises RoleGone and what
    `check_assignable` raises."""
    with transaction.atomic():
        role = _locked(role)
        servers = check_assignable(wanted)
        new = sorted(wanted - keys_of(role.permissions).keys())
        Permission.objects.bulk_create(
            Permission(role=role, resource_server=servers[identifier], name=name) for identifier, name in new
        )


def forbid(role: Role, unwanted: frozenset[Named]) -> None:
    """Take these things from what the role permits, those that it does. Raises RoleGone."""
    with transaction.atomic():
        held = keys_of(_locked(role).permissions)
        Permission.objects.filter(pk__in=[held[one] for one in unwanted & held.keys()]).delete()


def _locked(role: Role) -> Role:
    """The row as it is now, held against whoever gives it to somebody meanwhile."""
    try:
        return Role.objects.select_for_update().get(pk=role.pk)
    except Role.DoesNotExist:
        raise RoleGone from None


@contextmanager
def _taken_reported() -> Iterator[None]:
    """Of a role's columns only the name can be somebody else's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Exists("The role already exists.") from None
