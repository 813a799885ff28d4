"""Decide to which staff groups an account belongs."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission

from users.actions.account.draft import Draft, open_draft
from users.actions.account.multifactor import void_recovery_codes
from users.models import Change, User
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rights.protected_accounts import check_unprotected, staff_permissions


def set_staff_groups(user: User, groups: Iterable[Group], *, actor: Actor, reason: str = "") -> User:
    """Make `groups` the account's only ones. Given by administrators alone, and never more
    than the giver holds. Raises Denied, Protected or UserGone.

    An account gets its first rights only while no other is linked to it, and its recovery codes
    are void from then on."""
    wanted = set(groups)
    with open_draft(user, actor, reason=reason) as draft:
        check(actor, Verb.GRANT_STAFF_RIGHTS, draft.user)
        check_unprotected(actor, draft.user)
        before = set(draft.user.groups.all())
        if wanted == before:
            return draft.user
        _check_no_escalation(actor, wanted)
        if not before:
            _remove_other_access(draft)
        draft.user.groups.set(wanted)
        draft.set(updated_at=draft.at)
        draft.note(Change.What.STAFF_RIGHTS, {"groups": {"before": _names(before), "after": _names(wanted)}})
    return draft.user


def _remove_other_access(draft: Draft) -> None:
    """Whoever could lay another way in, while the account had no rights, may not use it now."""
    user = draft.user
    if user.linked_identities:
        raise Denied("Other accounts sign in to this one; unlink them before giving staff rights.")
    void_recovery_codes(draft)


def _check_no_escalation(actor: Actor, groups: set[Group]) -> None:
    giver = actor.user
    if actor.kind == Kind.COMMAND or (giver is not None and giver.is_superuser):
        return
    given = Permission.objects.filter(group__in=groups)
    foreign = given.exclude(content_type__app_label="users").exists()
    ours = given.filter(content_type__app_label="users").values_list("codename", flat=True)
    if foreign or giver is None or not set(ours) <= staff_permissions(giver):
        raise Denied("You may not give rights that you do not hold.")


def _names(groups: set[Group]) -> list[str]:
    return sorted(group.name for group in groups)
