"""Set parts of a user to earlier values, by the rules of any other edit."""

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

# The profile's root fields; with the two documents, the parts of a user that can be restored.
PROFILE = "profile"
PARTS = (*DOCUMENTS, PROFILE)


def current_value(user: User, part: str, key: str) -> JSON:
    """The current value of a key, ABSENT where the document lacks it. Profile fields always exist."""
    return getattr(user, key) if part == PROFILE else (getattr(user, part) or {}).get(key, ABSENT)


def restorable_value(part: str, key: str, value: JSON) -> JSON:
    """The value to write to restore this one. A boolean that had never been set cannot become unset again;
    false has the same effect."""
    if part != PROFILE:
        return value
    value = None if value is ABSENT else value
    return False if value is None and FIELDS[key].is_boolean else value


def check_can_write(draft: Draft, part: str, keys: Iterable[str]) -> None:
    """Raises Denied unless the actor may change all of these keys."""
    for verb in required_verbs(part, keys):
        check(draft.actor, verb, draft.user)


def required_verbs(part: str, keys: Iterable[str]) -> set[Verb]:
    """The rights that changing these keys of the part requires."""
    return {FIELD_VERBS[key] for key in keys} if part == PROFILE else {DOCUMENT_VERBS[part]}


def part_keys(user: User, past: User, part: str) -> Iterable[str]:
    """The keys the part has now or had then."""
    if part == PROFILE:
        return WRITABLE
    return (getattr(user, part) or {}).keys() | (getattr(past, part) or {}).keys()


def restore_part(draft: Draft, part: str, keys: Document, *, was_missing: bool = False) -> None:
    """Set each key of the part to its value, or remove it where the value is ABSENT. `was_missing`: a
    document that ends up empty is to be missing, as it was then.

    Raises Denied, FieldError, MetadataError, NotSupported or, at the end of the draft, DuplicateField.
    """
    if part == PROFILE:
        set_profile(draft, {key: restorable_value(part, key, value) for key, value in keys.items()})
        return
    state = dict(getattr(draft.user, part) or {})
    for key, value in keys.items():
        set_or_remove(state, key, value)
    # Through the same function as any edit, so that schema, size limits and rights apply to restored values.
    set_documents(draft, {part: Restore(state or (None if was_missing else {}))})
