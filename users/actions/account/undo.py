"""Take one change back."""

from __future__ import annotations

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
    What.CREATED: "An account cannot be made undone; delete it instead.",
    What.DELETED: "A deleted account does not come back.",
    What.PASSWORD: "Passwords are not kept, so the one before cannot come back.",
    What.RESET_SENT: "What was sent cannot be called back.",
    What.TICKET: "What was sent cannot be called back.",
    What.STAFF_RIGHTS: "Staff rights are given and taken, not undone.",
    What.MULTIFACTOR: "Second factors are not kept; their owner enrols again.",
    What.IDENTITIES: "Accounts are linked and unlinked, not undone.",
    What.ROLES: "Roles are given and taken, not undone.",
    What.PERMISSIONS: "Permissions are given and taken, not undone.",
    What.LOCKOUT_CLEARED: "A cleared lockout cannot be restored: its attempts are no longer stored.",
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
    """Put back what each key that the change touched was before it, and return the fresh account.

    It is an edit like any other: rights, rules and schemas are those of this moment, and it has
    its own line in the record, which names the change as `undoes`. Where all is as it was already,
    nothing is written.

    Raises ChangedSince where a key has changed again, unless `force`; ChangeGone where there is no
    such change of this account, or the actor may see nothing of it; NotUndoable, and all that
    `edit_user` raises.
    """
    with open_draft(user, actor, reason=reason) as draft:
        check_version(draft.user, expected_versions)
        change = _find_change(draft.user, change_id, actor)
        why_not = undo_refusal(change)
        if why_not:
            raise NotUndoable(why_not)
        check_can_write(draft, change.what, change.keys)
        if not force:
            _check_unchanged(draft.user, change)
        draft.reversal = {"undoes": change.pk}
        before = {key: sides.get("before", ABSENT) for key, sides in change.keys.items()}
        restore_part(draft, change.what, before, was_missing=change.was_missing)
    return draft.user


def undo_refusal(change: Change) -> str | None:
    """A sentence for people; None for a change that can be undone by whoever may."""
    return None if change.what in PARTS else UNDO_REFUSALS[What(change.what)]


def _find_change(user: User, change_id: int, actor: Actor) -> Change:
    """Of this account, and of no earlier one that had its id."""
    change = Change.objects.filter(pk=change_id, subject=user.user_id, user=user.pk).first()
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
