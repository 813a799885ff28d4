"""Delete an account."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from users.actions.account.draft import check_version, lock_user
from users.history.record import build_change, save_changes
from users.log.record import anonymize_users
from users.models import Change, Segment, User
from users.models.write_guard import allow_account_writes
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
    with transaction.atomic(), allow_account_writes():
        user = lock_user(user)
        check(actor, Verb.DELETE, user)
        check_version(user, expected_versions)
        gone = [user, *(User.accounts.filter(linked_to=user) if user.linked_identities else ())]
        at = timezone.now()
        lines = [
            build_change(one, Change.What.DELETED, {}, actor=actor, at=at, reason=reason) for one in gone
        ]
        for line in lines:
            line.user = None
        Segment.objects.filter(owner__in=gone, is_shared=False).delete()
        user.delete()
        anonymize_users(one.user_id for one in gone)
        save_changes(lines)
