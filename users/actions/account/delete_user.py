"""Delete a user."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from users.actions.account.draft import check_version, lock_user
from users.history.record import build_change, save_changes
from users.log.record import anonymize_users
from users.metadata.identifiers import email_key
from users.models import Change, DeletedUser, RefreshToken, Segment, User
from users.models.refresh_token import lock_refresh_tokens
from users.models.write_guard import allow_account_writes
from users.rights.actor import Actor
from users.rights.may import Verb, check


def delete_user(
    user: User, *, actor: Actor, reason: str = "", expected_versions: frozenset[int] | None = None
) -> None:
    """Delete the user for good, with the accounts linked to it, its private segments and the notes about it.

    The record of changes stays, and so does the email by which it is found; each account gets one line. In
    the log, names, IP addresses and user agents are removed. Raises Denied, StaleVersion or UserNotFound.
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
        # The foreign key is cleared by the deletion for older lines; these are inserted after it and must not
        # point to a missing row.
        for line in lines:
            line.user = None
        # Before the user: the deletion sets `owner` to null, and a private segment without owner is out of
        # reach.
        Segment.objects.filter(owner__in=gone, is_shared=False).delete()
        # The user object loses its values with its row.
        emails = [
            DeletedUser(
                subject=one.user_id, email=one.email, email_folded=email_key(one.email), deleted_at=at
            )
            for one in gone
            if one.email
        ]
        lock_refresh_tokens(RefreshToken.objects.filter(authorization__user__in=gone))
        user.delete()
        if emails:
            DeletedUser.objects.bulk_create(emails)
        # The log is retained for security, without personal data of users who asked to be deleted.
        anonymize_users(one.user_id for one in gone)
        save_changes(lines)
