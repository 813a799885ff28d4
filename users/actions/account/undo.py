"""Undo one change."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from users.actions.account.draft import check_version, open_draft
from users.actions.account.revert_parts import (
    PARTS,
    check_can_write,
    current_value,
    restorable_value,
    restore_part,
)
from users.actions.errors import ChangedSince, ChangeNotFound, NotUndoable
from users.history.timeline import visible_keys
from users.metadata.three_way import ABSENT, is_same_side
from users.models import Change, User
from users.rights.actor import Actor

What = Change.What

UNDO_REFUSALS = {
    What.CREATED: gettext_noop("The creation of a user cannot be undone; delete the user instead."),
    What.DELETED: gettext_noop("A deleted user cannot be restored."),
    What.PASSWORD: gettext_noop("Earlier passwords are not stored, so this cannot be undone."),
    What.RESET_SENT: gettext_noop("An email that was sent cannot be undone."),
    What.TICKET: gettext_noop("A link that was created cannot be undone."),
    What.STAFF_RIGHTS: gettext_noop("Staff rights are granted and revoked, not undone."),
    What.MULTIFACTOR: gettext_noop(
        "Second factors are not stored in the history; the user must enrol again."
    ),
    What.IDENTITIES: gettext_noop("Accounts are linked and unlinked, not undone."),
    What.ROLES: gettext_noop("Roles are assigned and removed, not undone."),
    What.PERMISSIONS: gettext_noop("Permissions are assigned and removed, not undone."),
    What.LOCKOUT_CLEARED: gettext_noop(
        "A cleared lockout cannot be restored: its attempts are no longer stored."
    ),
}


def undo(
    user: User | str,
    change_id: int,
    *,
    actor: Actor,
    reason: str = "",
    force: bool = False,
    expected_versions: frozenset[int] | None = None,
) -> User:
    """Set each key that the change touched to its value before the change, and return the fresh user.

    It is an edit like any other: rights, rules and schemas are the current ones, and it has its own line
    in the record, which names the change as `undoes`. Writes nothing where the values are the same
    already.

    Raises ChangedSince where a key has changed again, unless `force`; ChangeNotFound where this user has
    no such change, or the actor may see nothing of it; NotUndoable, and all that `edit_user` raises.
    """
    with open_draft(user, actor, reason=reason) as draft:
        check_version(draft.user, expected_versions)
        change = _find_change(draft.user, change_id, actor)
        why_not = undo_refusal(change)
        if why_not:
            raise NotUndoable(why_not)
        # Before the keys are compared: ChangedSince shows their values, which an actor without the right may
        # not see.
        check_can_write(draft, change.what, change.keys)
        if not force:
            _check_unchanged(draft.user, change)
        draft.reversal = {"undoes": change.pk}
        before = {key: sides.get("before", ABSENT) for key, sides in change.keys.items()}
        restore_part(draft, change.what, before, was_missing=change.was_missing)
    return draft.user


def undo_refusal(change: Change) -> str | None:
    """Why a change of this kind cannot be undone, as a sentence for the page; None where it can."""
    return None if change.what in PARTS else gettext(UNDO_REFUSALS[What(change.what)])


def _find_change(user: User, change_id: int, actor: Actor) -> Change:
    """The change of this user, not of an earlier user with the same id. Raises ChangeNotFound."""
    change = Change.objects.filter(pk=change_id, subject=user.user_id, user=user.pk).first()
    # A hidden change gets the same answer as a missing one, so that its existence is not disclosed.
    if change is None or (change.keys and not visible_keys(change, user, actor)):
        raise ChangeNotFound
    return change


def _check_unchanged(user: User, change: Change) -> None:
    """Raises ChangedSince unless each key is what the change made it, or what it was before."""
    contested = {}
    for key, sides in change.keys.items():
        now = current_value(user, change.what, key)
        then = restorable_value(change.what, key, sides.get("before", ABSENT))
        if not is_same_side(now, sides.get("after", ABSENT)) and not is_same_side(now, then):
            contested[key] = {"now": now, "then": then}
    if contested:
        raise ChangedSince(change.what, contested)
