"""Delete an account."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from users.actions.account.draft import check_version, locked
from users.history.record import note, record_all
from users.log.record import forget_people
from users.models import Change, Segment, User
from users.models.write_guard import account_writes
from users.rights.actor import Actor
from users.rights.may import Verb, check


def delete_user(
    user: User, *, actor: Actor, reason: str = "", expected_versions: frozenset[int] | None = None
) -> None:
    """Remove the account for good, and those linked to it with it, and the searches that it saved for
    itself. The record of their changes stays, with a line for each; in the log, who and where they were
    is taken out.

    Raises Denied, StaleVersion or UserGone.
    """
    with transaction.atomic(), account_writes():
        user = locked(user)
        check(actor, Verb.DELETE, user)
        check_version(user, expected_versions)
        gone = [user, *(User.accounts.filter(linked_to=user) if user.linked_identities else ())]
        at = timezone.now()
        lines = [note(one, Change.What.DELETED, {}, actor=actor, at=at, reason=reason) for one in gone]
        for line in lines:
            line.user = None
        Segment.objects.filter(owner__in=gone, is_shared=False).delete()
        user.delete()
        forget_people(one.user_id for one in gone)
        record_all(lines)
