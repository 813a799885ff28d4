"""Give people roles, and take them away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from users.actions.errors import RoleNotFound, UserNotFound
from users.history.record import build_change, save_changes
from users.metadata.diff import Diff
from users.models import Change, Role, RoleMember, User
from users.rights.actor import Actor
from users.rights.may import Verb, check

# Somebody and a role of theirs.
Assignment = tuple[User, Role]


def assign_roles(
    user_ids: Collection[str], role_ids: Collection[str], *, actor: Actor, reason: str = ""
) -> None:
    """See to it that each of these people has each of these roles.

    Records what is new, with the role's id beside its name. Reads and writes all of them
    together, never one by one. Raises Denied, RoleGone or UserGone, and then has given nothing
    to anybody.
    """
    with transaction.atomic():
        pairs, held = _lock_assignments(user_ids, role_ids, actor)
        new = [pair for pair in pairs if pair not in held]
        at = timezone.now()
        RoleMember.objects.bulk_create(RoleMember(user=user, role=role, created_at=at) for user, role in new)
        _record(new, "after", actor, at, reason)


def remove_roles(
    user_ids: Collection[str], role_ids: Collection[str], *, actor: Actor, reason: str = ""
) -> None:
    """See to it that none of these people has any of these roles. Raises as `assign_roles` does."""
    with transaction.atomic():
        _, held = _lock_assignments(user_ids, role_ids, actor)
        RoleMember.objects.filter(pk__in=held.values()).delete()
        _record(list(held), "before", actor, timezone.now(), reason)


def _lock_assignments(
    user_ids: Collection[str], role_ids: Collection[str], actor: Actor
) -> tuple[list[Assignment], dict[Assignment, int]]:
    """Everybody with every role, and the memberships that there are, by their keys. All of the
    rows are held against other writers, the roles first."""
    check(actor, Verb.CHANGE_ROLES)
    roles = list(Role.objects.filter(role_id__in=role_ids).order_by("pk").select_for_update())
    if len(roles) < len(set(role_ids)):
        raise RoleNotFound
    found = User.objects.filter(user_id__in=user_ids).only("user_id", "created_at").order_by("pk")
    users = list(found.select_for_update(of=("self",)))
    if len(users) < len(set(user_ids)):
        raise UserNotFound
    pairs = {(user.pk, role.pk): (user, role) for user in users for role in roles}
    members = RoleMember.objects.filter(user__in=users, role__in=roles)
    return list(pairs.values()), {pairs[row.user_id, row.role_id]: row.pk for row in members}


def _record(pairs: list[Assignment], side: str, actor: Actor, at: datetime, reason: str) -> None:
    changes: dict[User, Diff] = defaultdict(dict)
    for user, role in pairs:
        changes[user][role.name] = {side: role.role_id}
    save_changes(
        [
            build_change(user, Change.What.ROLES, keys, actor=actor, at=at, reason=reason)
            for user, keys in changes.items()
        ]
    )
