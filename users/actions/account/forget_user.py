"""Forget somebody whose account is deleted."""

from __future__ import annotations

from django.db import transaction

from users.actions.errors import NotSupported
from users.models import Change, User
from users.models.write_guard import allow_history_deletion
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied


def erase_user_history(user_id: str, *, actor: Actor) -> int:
    """Delete what the record holds of deleted accounts of this id, and of those that were linked to
    them to the end, but for the lines that say when and by whom they were deleted; how many lines
    that were. A later account with the id keeps its own.

    What they did to others stays in the record of those. Raises Denied for all but the shell, and
    NotSupported where there is an account and none was deleted.
    """
    if actor.kind != Kind.COMMAND:
        raise Denied("People are forgotten on the command line only.")
    with transaction.atomic(), allow_history_deletion():
        was_deleted = Change.objects.filter(subject=user_id, user=None).exists()
        if not was_deleted and User.accounts.filter(user_id=user_id).exists():
            raise NotSupported("There is still an account of this id; delete it first.")
        lines = Change.objects.filter(subject__in=[user_id, *_ids_deleted_with(user_id)], user=None)
        return lines.exclude(what=Change.What.DELETED).delete()[0]


def _ids_deleted_with(user_id: str) -> set[str]:
    """The ids that were once linked to it and were deleted at the same moment."""
    own = Change.objects.filter(subject=user_id, user=None)
    linked = {other for line in own.filter(what=Change.What.IDENTITIES) for other in line.keys}
    moments = own.filter(what=Change.What.DELETED).values_list("at", flat=True)
    gone = Change.objects.filter(
        subject__in=linked, user=None, what=Change.What.DELETED, at__in=list(moments)
    )
    return set(gone.values_list("subject", flat=True))
