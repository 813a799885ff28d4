"""Set one value of a document, as the list of users does in a cell."""

from __future__ import annotations

import copy

from users.actions.account.documents import DOCUMENT_VERBS, Restore, set_documents
from users.actions.account.draft import open_draft
from users.actions.errors import ChangedSince
from users.metadata.documents import JSON, Document
from users.metadata.errors import MetadataError
from users.metadata.three_way import ABSENT, is_same_side, set_or_remove
from users.models import User
from users.rights.actor import Actor
from users.rights.may import check


def set_metadata_value(
    user: User,
    document: str,
    path: tuple[str, ...],
    value: JSON,
    *,
    opened: JSON,
    actor: Actor,
    reason: str = "",
) -> User:
    """Set the value at `path` of the document, or remove the key where it is ABSENT. Returns the fresh user.

    `opened` is the value that the actor saw, ABSENT where there was none (an optimistic lock for this one
    value). Objects on the way are created. Raises ChangedSince where the value is another by now, Denied,
    UserNotFound, and MetadataError, also where something other than an object is on the way.
    """
    with open_draft(user, actor, reason=reason) as draft:
        # Before the comparison: ChangedSince carries the current value.
        check(actor, DOCUMENT_VERBS[document], draft.user)
        state: Document = copy.deepcopy(getattr(draft.user, document) or {})
        now = value_at(state, path)
        if not is_same_side(now, opened) and not is_same_side(now, value):
            raise ChangedSince(document, {".".join(path): {"now": now, "then": value}})
        if not is_same_side(now, value):
            _set_value(document, state, path, value)
            set_documents(draft, {document: Restore(state)})
    return draft.user


def value_at(state: Document | None, path: tuple[str, ...]) -> JSON:
    """The value at the path, through objects only; ABSENT where there is none."""
    value: JSON = state or {}
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return value


def _set_value(document: str, state: Document, path: tuple[str, ...], value: JSON) -> None:
    holder = state
    for depth, key in enumerate(path[:-1], 1):
        inner = holder.setdefault(key, {})
        if not isinstance(inner, dict):
            reason = "this holds no object; edit it on the user's page"
            raise MetadataError(path[:depth], reason, document=document)
        holder = inner
    set_or_remove(holder, path[-1], value)
