"""Note that somebody gave the right password."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import Day, User
from users.models.passwords import make_hash
from users.models.write_guard import allow_account_writes


def record_sign_in(
    user: User, *, ip: str | None, success: str = "s", through: ClientContext = NO_CLIENT
) -> None:
    """Count the sign-in and log it, as an event of the type `success`, or as a failed one where the
    user is blocked. No version rises and no change is recorded: nobody edited anything.

    Source: Auth0 docs, "User profile structure": the counters also grow for a blocked user. That
    is no login of the day, though.
    """
    with transaction.atomic(), allow_account_writes():
        now = timezone.now()
        User.objects.filter(pk=user.pk).update(
            logins_count=F("logins_count") + 1, last_login=now, updated_at=now, last_ip=ip
        )
        type_, description = (success, "") if user.is_active else ("f", "user is blocked")
        log_event(type_, user=user, ip=ip or "", through=through, description=description, at=now)
        if user.is_active:
            _count_login(now)


def _count_login(at: datetime) -> None:
    """Comes last: everybody who signs in today waits for this row until the transaction ends."""
    today = at.astimezone(UTC).date()
    day = Day.objects.filter(date=today)
    if not day.update(logins=F("logins") + 1, updated_at=at):
        # The first today. If another was first after all, the row is theirs.
        Day.objects.bulk_create([Day(date=today, created_at=at)], ignore_conflicts=True)
        day.update(logins=F("logins") + 1, updated_at=at)


def rehash_password(user: User, password: str) -> None:
    """Store the password just verified under today's hasher, unless it was changed meanwhile.

    It is the same password, so nothing is recorded; sessions end all the same, as their
    signature holds the hash."""
    verified, user.password = user.password, make_hash(password)
    with allow_account_writes():
        User.accounts.filter(pk=user.pk, password=verified).update(password=user.password)
