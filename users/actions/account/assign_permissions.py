"""Assign permissions to a user directly, and remove them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from users.actions.access.assignable_scopes import PermissionName, check_assignable, permission_pks
from users.actions.account.draft import lock_user
from users.history.record import record_change
from users.metadata.diff import diff
from users.models import Change, User, UserPermission
from users.rights.actor import Actor
from users.rights.may import Verb, check


def assign_permissions(
    user: User, wanted: frozenset[PermissionName], *, actor: Actor, reason: str = ""
) -> None:
    """Assign these permissions to the user, and record those that are new. Idempotent.

    Raises Denied, UserNotFound and what `check_assignable` raises; then nothing was assigned.
    """
    with transaction.atomic():
        user = lock_user(user)
        check(actor, Verb.CHANGE_ROLES, user)
        # Locks the APIs after the user, so that no scope is removed between this check and the insert.
        servers = check_assignable(wanted)
        held = permission_pks(user.direct_permissions).keys()
        # Sorted: lists are in the order of `id`, so that permissions assigned together appear by API and
        # name.
        UserPermission.objects.bulk_create(
            UserPermission(user=user, resource_server=servers[identifier], name=name)
            for identifier, name in sorted(wanted - held)
        )
        _record(user, held, held | wanted, actor, reason)


def remove_permissions(
    user: User, unwanted: frozenset[PermissionName], *, actor: Actor, reason: str = ""
) -> None:
    """Remove these direct permissions. A permission the user does not have is no error; permissions
    through a role stay. Raises Denied or UserNotFound."""
    with transaction.atomic():
        user = lock_user(user)
        check(actor, Verb.CHANGE_ROLES, user)
        held = permission_pks(user.direct_permissions)
        gone = [held[one] for one in unwanted & held.keys()]
        UserPermission.objects.filter(pk__in=gone).delete()
        _record(user, held, held.keys() - unwanted, actor, reason)


def _record(
    user: User, before: Iterable[PermissionName], after: Iterable[PermissionName], actor: Actor, reason: str
) -> None:
    keys = diff(_by_name(before), _by_name(after))
    if keys:
        record_change(user, Change.What.PERMISSIONS, keys, actor=actor, at=timezone.now(), reason=reason)


def _by_name(permissions: Iterable[PermissionName]) -> dict[str, list[str]]:
    """Map each permission's name to the APIs it is held at: two APIs may use the same name."""
    apis: dict[str, list[str]] = defaultdict(list)
    for identifier, name in sorted(permissions):
        apis[name].append(identifier)
    return apis
