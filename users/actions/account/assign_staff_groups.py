"""Set the staff groups of a user."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext

from users.actions.account.draft import Draft, open_draft
from users.actions.account.multifactor import void_recovery_codes
from users.models import Change, User
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rights.protected_accounts import check_unprotected, staff_permissions


def set_staff_groups(user: User, groups: Iterable[Group], *, actor: Actor, reason: str = "") -> User:
    """Replace the user's staff groups by `groups`. For administrators only, who cannot grant more than
    they hold (no privilege escalation). Raises Denied, Protected or UserNotFound.

    A user gets the first staff rights only while no other account is linked, and loses the recovery codes
    made before.
    """
    wanted = set(groups)
    with open_draft(user, actor, reason=reason) as draft:
        check(actor, Verb.GRANT_STAFF_RIGHTS, draft.user)
        check_unprotected(actor, draft.user)
        before = set(draft.user.groups.all())
        if wanted == before:
            # No version is raised and nothing is recorded for a request that changes nothing.
            return draft.user
        _check_no_escalation(actor, wanted)
        # Only on the way from user to staff: a member of staff who changes groups was cleared then.
        if not before:
            _remove_other_access(draft)
        draft.user.groups.set(wanted)
        # Groups are in a table of their own: without a column to save, the draft would neither raise
        # `version` (the ETag) nor write the record.
        draft.set(updated_at=draft.at)
        draft.note(Change.What.STAFF_RIGHTS, {"groups": {"before": _names(before), "after": _names(wanted)}})
    return draft.user


def _remove_other_access(draft: Draft) -> None:
    """Close ways of signing in that were set up while the account was less protected.

    A support agent could have linked an account or renewed a recovery code back then, and would now hold
    an administrator's access.
    """
    user = draft.user
    if user.linked_identities:
        raise Denied(gettext("Other accounts sign in to this one; unlink them before granting staff rights."))
    void_recovery_codes(draft)


def _check_no_escalation(actor: Actor, groups: set[Group]) -> None:
    giver = actor.user
    if actor.kind == Kind.COMMAND or (giver is not None and giver.is_superuser):
        return
    # Permissions of other Django apps are refused as a whole: this product knows no holder of those who is
    # not a superuser.
    given = Permission.objects.filter(group__in=groups)
    foreign = given.exclude(content_type__app_label="users").exists()
    ours = given.filter(content_type__app_label="users").values_list("codename", flat=True)
    if foreign or giver is None or not set(ours) <= staff_permissions(giver):
        raise Denied(gettext("You may not grant rights that you do not have."))


def _names(groups: set[Group]) -> list[str]:
    return sorted(group.name for group in groups)
