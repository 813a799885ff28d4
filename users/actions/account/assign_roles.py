"""Assign roles to users, and remove them."""

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

# One row of the membership table to be: a user and a role.
Assignment = tuple[User, Role]


def assign_roles(
    user_ids: Collection[str], role_ids: Collection[str], *, actor: Actor, reason: str = ""
) -> None:
    """Assign each of these roles to each of these users. Idempotent.

    Records what is new, with the role's id next to its name. The number of queries does not depend on how
    many users or roles there are. Raises Denied, RoleNotFound or UserNotFound; then nothing was assigned.
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
    """Remove each of these roles from each of these users. Raises as `assign_roles` does."""
    with transaction.atomic():
        _, held = _lock_assignments(user_ids, role_ids, actor)
        RoleMember.objects.filter(pk__in=held.values()).delete()
        _record(list(held), "before", actor, timezone.now(), reason)


def _lock_assignments(
    user_ids: Collection[str], role_ids: Collection[str], actor: Actor
) -> tuple[list[Assignment], dict[Assignment, int]]:
    """Lock the roles and users. Returns every pair of user and role, and the primary keys of the
    memberships that exist."""
    check(actor, Verb.CHANGE_ROLES)
    # Roles before users, each by primary key: the same lock order in every request prevents deadlocks.
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
    # One line per user, whatever the number of roles: the request was one change to each of them.
    changes: dict[User, Diff] = defaultdict(dict)
    for user, role in pairs:
        changes[user][role.name] = {side: role.role_id}
    save_changes(
        [
            build_change(user, Change.What.ROLES, keys, actor=actor, at=at, reason=reason)
            for user, keys in changes.items()
        ]
    )
