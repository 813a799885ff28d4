"""Protected users: those with staff rights, whom only administrators may change.

Staff are in the same table as all users, so an agent who could change a colleague's email or password
would gain that colleague's rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils.translation import gettext

from users.models import Connection, User
from users.models.user import UserQuerySet
from users.rights.actor import Actor, Kind
from users.rights.errors import Protected


def is_protected(user: User) -> bool:
    """Whether the user has any staff right, blocked or not."""
    return user.is_superuser or bool(staff_permissions(user))


def staff_permissions(user: User) -> frozenset[str]:
    """Names of the `users` permissions assigned to the user, directly or through groups.

    Read from the tables, since Django's own answer is empty for a blocked user.
    """
    if user.pk is None:
        return frozenset()
    given = Permission.objects.filter(Q(user=user) | Q(group__user=user), content_type__app_label="users")
    return frozenset(given.values_list("codename", flat=True).distinct())


def check_unprotected(actor: Actor, user: User) -> None:
    """Raises Protected if the user has staff rights and `actor` may not change it.

    An administrator may, except where the user has more rights than the administrator.
    """
    if actor.kind != Kind.COMMAND and is_protected(user):
        check_rights_over(actor, user)


def check_rights_over(actor: Actor, user: User) -> None:
    """Raises Protected unless `actor` may change `user`, who has staff rights."""
    if actor.kind == Kind.COMMAND:
        return
    if not actor.is_administrator:
        raise Protected(gettext("This account has staff rights; only an administrator may do this."))
    # Otherwise an administrator could set a superuser's password and become one.
    if not has_all_rights_of(actor, user):
        raise Protected(gettext("This account holds more rights than you; you may not do this."))


def check_none_protected(actor: Actor, connection: Connection) -> None:
    """Raises Protected if users with staff rights are in the connection and `actor` is no administrator:
    disabling it would lock them out."""
    if actor.is_administrator or not has_staff_accounts(connection):
        return
    raise Protected(
        gettext("Accounts with staff rights are in this connection; only an administrator may do this.")
    )


def has_staff_accounts(connection: Connection) -> bool:
    """Whether any user of the connection has a staff right, blocked or not."""
    inside = User.accounts.filter(connection=connection)
    # Primaries of linked accounts, too: staff may sign in through a linked account of this connection.
    users = User.accounts.filter(Q(connection=connection) | Q(pk__in=inside.values("linked_to")))
    return any(found.exists() for found in _with_staff_rights(users))


def protected_keys(keys: Iterable[int]) -> set[int]:
    """The primary keys, among these, of users with a staff right, blocked or not."""
    parts = _with_staff_rights(User.accounts.filter(pk__in=list(keys)))
    return {key for found in parts for key in found.values_list("pk", flat=True)}


def count_protected(users: UserQuerySet) -> int:
    """How many of `users` have a staff right. Staff are few, so they are found first."""
    staff = _staff_keys()
    return users.filter(pk__in=staff).count() if staff else 0


def _staff_keys() -> set[int]:
    """The primary keys of all users with a staff right. Rights are read from the tables that assign them,
    which are small; a join with the users could be planned as a scan of them all."""
    ours = Permission.objects.filter(content_type__app_label="users")
    direct = User.user_permissions.through.objects.filter(permission__in=ours)
    by_group = User.groups.through.objects.filter(group__permissions__in=ours)
    superusers = User.accounts.filter(is_superuser=True)
    return {
        *direct.values_list("user_id", flat=True),
        *by_group.values_list("user_id", flat=True),
        *superusers.values_list("pk", flat=True),
    }


def _with_staff_rights(users: UserQuerySet) -> Iterator[UserQuerySet]:
    """Those of `users` who have a staff right directly, by a group, or as superusers: a query each, as each
    has an index of its own."""
    ours = Permission.objects.filter(content_type__app_label="users")
    yield users.filter(user_permissions__in=ours)
    yield users.filter(groups__permissions__in=ours)
    yield users.filter(is_superuser=True)


def has_all_rights_of(actor: Actor, user: User) -> bool:
    """Whether the acting administrator, a member of staff, has every right that `user` has."""
    if actor.user is None:
        return False
    if actor.user.is_superuser:
        return True
    return not user.is_superuser and staff_permissions(user) <= staff_permissions(actor.user)
