"""Note that somebody gave the right password."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils import timezone

from users.models import User
from users.models.guard import account_writes


def record_sign_in(user: User, *, ip: str | None) -> None:
    """Count the sign-in. No version rises and no change is recorded: nobody edited anything.

    Source: Auth0 docs, "User profile structure": the counters also grow for a blocked user.
    """
    now = timezone.now()
    with account_writes():
        User.objects.filter(pk=user.pk).update(
            logins_count=F("logins_count") + 1, last_login=now, updated_at=now, last_ip=ip
        )


def renew_hash(user: User, password: str) -> None:
    """Store the password just verified under today's hasher, unless it was changed meanwhile.

    It is the same password, so nothing is recorded; sessions end all the same, as their
    signature holds the hash."""
    verified, user.password = user.password, make_password(password)
    with account_writes():
        User.objects.filter(pk=user.pk, password=verified).update(password=user.password)
