"""The users whom the record of changes is about, by email: those there are, and deleted ones."""

from __future__ import annotations

from collections.abc import Iterable

from users.metadata.identifiers import email_key
from users.metadata.text import bad_characters
from users.models import DeletedUser, User

# Users that one email may match: it is unique per connection only, and may have been used again.
MAX_IDS = 20


def user_ids_by_email(email: str) -> tuple[str, ...]:
    """The ids of users with this email, and of deleted users who had it last, at most MAX_IDS."""
    if bad_characters(email):
        return ()
    present = User.accounts.by_email(email).values_list("user_id", flat=True)[:MAX_IDS]
    deleted = DeletedUser.objects.filter(email_folded=email_key(email)).order_by("-deleted_at")
    found = [*present, *deleted.values_list("subject", flat=True)[:MAX_IDS]]
    return tuple(dict.fromkeys(found))[:MAX_IDS]


def emails_of_deleted(user_ids: Iterable[str]) -> dict[str, str]:
    """The last emails of deleted users, by id; of several users with one id, that of the last deleted."""
    ids = set(user_ids)
    if not ids:
        return {}
    found = DeletedUser.objects.filter(subject__in=ids).order_by("deleted_at", "id")
    return dict(found.values_list("subject", "email"))
