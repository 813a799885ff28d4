"""Restore a user to an earlier moment (point-in-time restore), as far as it can be edited."""

from __future__ import annotations

from datetime import datetime

from users.actions.account.draft import Draft, check_version, open_draft
from users.actions.account.revert_parts import (
    PROFILE,
    current_value,
    part_keys,
    restorable_value,
    restore_part,
)
from users.history.point_in_time import user_at
from users.metadata.documents import DOCUMENTS
from users.metadata.equal import is_strictly_equal
from users.metadata.three_way import is_same_side
from users.models import User
from users.representation.fields import WRITABLE
from users.representation.validation import FieldError, RuleKind
from users.rights.actor import Actor


def restore(
    user: User | str,
    at: datetime,
    *,
    actor: Actor,
    document: str | None = None,
    key: str | None = None,
    reason: str = "",
    expected_versions: frozenset[int] | None = None,
) -> User:
    """Restore both documents to that moment, or only `document` (one of them, or "profile", which is
    restored only when named), or only its `key`. Returns the fresh user.

    Reverses every change since, by any actor; callers that showed the user before should pass the versions
    they saw. It is an edit like any other: rights, rules and schemas are the current ones, and its lines
    in the record name the moment as `restores`. Writes nothing where the state is the same.

    Raises NotCreatedYet, BeforeRetention, all that `edit_user` raises, and FieldError for an unknown
    field.
    """
    if document == PROFILE and key is not None and key not in WRITABLE:
        raise FieldError("key", f"No enum match for: {key}", "A field of the profile", kind=RuleKind.ENUM)
    with open_draft(user, actor, reason=reason) as draft:
        check_version(draft.user, expected_versions)
        # From the locked row: a change meanwhile would be missing from the state that is undone.
        past = user_at(draft.user, at)
        draft.reversal = {"restores": at}
        # The profile only on request: restoring metadata should not change how a user signs in.
        for part in (document,) if document else DOCUMENTS:
            _restore(draft, past, part, key)
    return draft.user


def _restore(draft: Draft, past: User, part: str, key: str | None) -> None:
    """Write only what differs, and require rights only for that."""
    user = draft.user
    then = {
        name: restorable_value(part, name, current_value(past, part, name))
        for name in ([key] if key is not None else part_keys(user, past, part))
    }
    differing = {
        name: value
        for name, value in then.items()
        if not is_same_side(restorable_value(part, name, current_value(user, part, name)), value)
    }
    # An empty document and a missing one have the same keys, so the whole is compared as well.
    is_whole = key is None and part in DOCUMENTS
    if differing or (is_whole and not is_strictly_equal(getattr(user, part), getattr(past, part))):
        was_missing = part in DOCUMENTS and getattr(past, part) is None
        restore_part(draft, part, differing, was_missing=was_missing)
