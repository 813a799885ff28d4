"""A user as of an earlier moment, rebuilt by undoing the changes recorded since."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime

from users.history.account_periods import changes_for_user_id
from users.history.errors import BeforeRetention, NotCreatedYet
from users.metadata.documents import DOCUMENTS, JSON, Document
from users.metadata.three_way import ABSENT, set_or_remove
from users.models import Change, User

What = Change.What

# The kinds of lines that contain earlier values.
REVERSIBLE_PARTS = (*DOCUMENTS, What.PROFILE, What.IDENTITIES, What.MULTIFACTOR)
# Not recorded, so unknown for any other moment.
NOT_RECORDED = {"logins_count": 0, "last_login": None, "last_ip": None}
# Only the time of the latest change is stored, not of the one before.
LAST_CHANGE_FIELDS = ("last_password_reset", "multifactor_last_modified")
# Lines fetched at a time: each may contain whole documents.
FETCH_SIZE = 20


def document_at(user: User, document: str, version: int) -> Document | None:
    """The user's `document` at that version of it; None where the record does not reach back."""
    steps = getattr(user, f"{document}_version") - version
    state = dict(getattr(user, document) or {})
    changes = changes_for_user_id(user.user_id, user).filter(what=document)[: max(steps, 0)]
    undone = 0
    for keys in changes.values_list("keys", flat=True).iterator(chunk_size=FETCH_SIZE):
        for key, sides in keys.items():
            set_or_remove(state, key, sides.get("before", ABSENT))
        undone += 1
    return state if undone == steps else None


def user_at(user: User, at: datetime) -> User:
    """A copy of the user as of that moment, never to be saved.

    Without roles and permissions. What is not recorded is left unset: sign-ins, and the time of a password
    or second factor replaced since. Raises NotCreatedYet, also where it was linked to another user then,
    or BeforeRetention.
    """
    if at < user.created_at:
        raise NotCreatedYet
    changed_at = _last_changed_at(user, at)
    # A shallow copy: parts that change are replaced below, never modified in place.
    past = copy.copy(user)
    for name, value in NOT_RECORDED.items():
        setattr(past, name, value)
    for what, then in _states_before_changes(user, at).items():
        _revert_part(past, what, then)
    for name in LAST_CHANGE_FIELDS:
        if (getattr(past, name) or at) > at:
            setattr(past, name, None)
    if past.updated_at > at:
        past.updated_at = changed_at or past.created_at
    return past


@dataclass
class PartState:
    """The earlier state of a part of the user: each key changed since (ABSENT where it was missing), and
    whether the whole part was missing."""

    was_missing: bool
    keys: dict[str, JSON] = field(default_factory=dict)


def _last_changed_at(user: User, at: datetime) -> datetime | None:
    """The time of its last change before that moment; None where retention has deleted it. Raises
    BeforeRetention.

    Retention deletes the oldest lines of all users first: if any line is as old as the moment, every later
    one is still there.
    """
    until = Change.objects.filter(at__lte=at)
    changed_at = (
        changes_for_user_id(user.user_id, user).filter(at__lte=at).values_list("at", flat=True).first()
    )
    if changed_at is None and not until.exists():
        raise BeforeRetention(Change.objects.values_list("at", flat=True).last())
    return changed_at


def _states_before_changes(user: User, at: datetime) -> dict[str, PartState]:
    """By part: for each key, the value before the first change after that moment."""
    lines = Change.objects.filter(subject=user.user_id, at__gt=at, what__in=REVERSIBLE_PARTS).order_by(
        "at", "id"
    )
    found: dict[str, PartState] = {}
    columns = lines.values_list("what", "keys", "was_missing")
    for what, keys, was_missing in columns.iterator(chunk_size=FETCH_SIZE):
        # `setdefault`, oldest first: the first change after the moment knows the value at the moment.
        then = found.setdefault(what, PartState(was_missing))
        for key, sides in keys.items():
            then.keys.setdefault(key, sides.get("before", ABSENT))
    return found


def _revert_part(past: User, what: str, then: PartState) -> None:
    if what in DOCUMENTS:
        state = dict(getattr(past, what) or {})
        for key, value in then.keys.items():
            set_or_remove(state, key, value)
        setattr(past, what, None if then.was_missing else state)
    elif what == What.IDENTITIES:
        _revert_identities(past, then)
    else:
        # The record says that recovery codes changed, and no column of the user holds them.
        for name in then.keys.keys() - {"recovery_codes"}:
            setattr(past, name, then.keys[name])


def _revert_identities(past: User, then: PartState) -> None:
    """The keys are the `user_id`s of linked accounts, and "linked_to" for what this one was linked to
    itself."""
    if isinstance(then.keys.pop("linked_to", None), str):
        raise NotCreatedYet
    shown = {f"{one['provider']}|{one['user_id']}": one for one in past.linked_identities or []}
    for user_id, identity in then.keys.items():
        set_or_remove(shown, user_id, identity)
    past.linked_identities = list(shown.values()) or None
