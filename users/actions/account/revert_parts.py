"""Give parts of an account back what they held once, by the rules of any other edit."""

from __future__ import annotations

from collections.abc import Iterable

from users.actions.account.documents import DOCUMENT_VERBS, Restore, set_documents
from users.actions.account.draft import Draft
from users.actions.account.profile_fields import set_profile
from users.metadata.documents import DOCUMENTS, JSON, Document
from users.metadata.three_way import ABSENT, set_or_remove
from users.models import User
from users.representation.fields import FIELD_VERBS, FIELDS, WRITABLE
from users.rights.may import Verb, check

# The profile's root fields, beside the two documents the part of an account that can be put back.
PROFILE = "profile"
PARTS = (*DOCUMENTS, PROFILE)


def current_value(user: User, part: str, key: str) -> JSON:
    """What the key of a part holds, ABSENT where it is not there. A field is always there."""
    return getattr(user, key) if part == PROFILE else (getattr(user, part) or {}).get(key, ABSENT)


def restorable_value(part: str, key: str, value: JSON) -> JSON:
    """What to set where this is to be put back: a switch that nobody had touched cannot be
    untouched again, and off does the same."""
    if part != PROFILE:
        return value
    value = None if value is ABSENT else value
    return False if value is None and FIELDS[key].is_boolean else value


def check_can_write(draft: Draft, part: str, keys: Iterable[str]) -> None:
    """Raises Denied unless the actor may change all of these keys."""
    for verb in required_verbs(part, keys):
        check(draft.actor, verb, draft.user)


def required_verbs(part: str, keys: Iterable[str]) -> set[Verb]:
    """What one must be allowed to, to change these keys of the part."""
    return {FIELD_VERBS[key] for key in keys} if part == PROFILE else {DOCUMENT_VERBS[part]}


def part_keys(user: User, past: User, part: str) -> Iterable[str]:
    """Those that the part has now, or had then."""
    if part == PROFILE:
        return WRITABLE
    return (getattr(user, part) or {}).keys() | (getattr(past, part) or {}).keys()


def restore_part(draft: Draft, part: str, keys: Document, *, was_missing: bool = False) -> None:
    """Set each key of the part to its value, or take it out where that is ABSENT. `was_missing`
    says that a document with nothing left in it is to be missing, too.

    Raises Denied, FieldError, MetadataError, NotSupported or, at the end of the draft, Taken.
    """
    if part == PROFILE:
        set_profile(draft, {key: restorable_value(part, key, value) for key, value in keys.items()})
        return
    state = dict(getattr(draft.user, part) or {})
    for key, value in keys.items():
        set_or_remove(state, key, value)
    set_documents(draft, {part: Restore(state or (None if was_missing else {}))})
