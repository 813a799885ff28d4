"""A document as it was, rebuilt backwards from what it is."""

from __future__ import annotations

from users.metadata.documents import Document
from users.metadata.three_way import ABSENT, put
from users.models import Change, User


def document_at(user: User, document: str, version: int) -> Document | None:
    """The user's `document` at that version of it; None where the record does not reach back."""
    steps = getattr(user, f"{document}_version") - version
    state = dict(getattr(user, document) or {})
    changes = list(Change.objects.filter(subject=user.user_id, what=document)[: max(steps, 0)])
    if steps < 0 or len(changes) < steps:
        return None
    for change in changes:
        for key, sides in change.keys.items():
            put(state, key, sides.get("before", ABSENT))
    return state
