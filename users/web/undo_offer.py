"""The offer to undo what was just saved, in the tags of a message: "undo:7:120,121"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from users.models import User

# Changes that one message offers to undo: both documents and the profile, with room to spare.
MAX_CHANGES = 10
_OFFER = re.compile(r"undo:(\d{1,18}):(\d{1,18}(?:,\d{1,18}){0,9})", re.ASCII)


@dataclass(frozen=True)
class UndoOffer:
    """The primary keys of the user and of the changes. Only an offer: rights are checked on undo."""

    user_key: int
    changes: tuple[int, ...]


def tag_offer(user: User, changes: Collection[int]) -> str:
    """The tag of a message that offers to undo these changes of the user."""
    return f"undo:{user.pk}:{','.join(map(str, sorted(changes)))}"


def read_offer(text: str) -> UndoOffer | None:
    """The offer in a tag or a form; None where there is none."""
    found = _OFFER.fullmatch(text)
    if found is None:
        return None
    return UndoOffer(int(found[1]), tuple(map(int, found[2].split(","))))
