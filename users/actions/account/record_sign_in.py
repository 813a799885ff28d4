"""Record a sign-in with the right password."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import User
from users.models.passwords import make_hash
from users.models.write_guard import allow_account_writes


def record_sign_in(
    user: User, *, ip: str | None, success: str = "s", through: ClientContext = NO_CLIENT
) -> None:
    """Count the sign-in and log it, as an event of type `success`, or as a failed one where the user is
    blocked. No version rises and no change is recorded, as nothing was edited.

    Source: Auth0 docs, "User profile structure": the counters also grow for a blocked user, which is not
    counted as a sign-in of the day: a trigger counts those by the type of the event.
    """
    with transaction.atomic(), allow_account_writes():
        now = timezone.now()
        # One UPDATE with F(), no lock and no read: two sign-ins at once are both counted.
        User.objects.filter(pk=user.pk).update(
            logins_count=F("logins_count") + 1, last_login=now, updated_at=now, last_ip=ip
        )
        type_, description = (success, "") if user.is_active else ("f", "user is blocked")
        log_event(type_, user=user, ip=ip or "", through=through, description=description, at=now)


def rehash_password(user: User, password: str) -> None:
    """Store the password just verified under the current hasher, unless it was changed meanwhile.

    The password is the same, so nothing is recorded; sessions end all the same, as their signature covers
    the hash.
    """
    verified, user.password = user.password, make_hash(password)
    with allow_account_writes():
        # Compare and swap: a new password set between verification and this update is not overwritten.
        User.accounts.filter(pk=user.pk, password=verified).update(password=user.password)
