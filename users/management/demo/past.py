"""Give the demo's users a past, so that the overview, the log and the order of the list show something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from users.log.record import log_event
from users.management.demo.random_values import SeededRandom
from users.models import User

# How many days back the events go, and how many there are at most, whatever the number of users.
DAYS, MAX_EVENTS = 90, 2500
# Those are reserved for documentation (RFC 5737).
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


class Past(NamedTuple):
    """When a user was created, and how often, when and from where the user has signed in."""

    key: int
    created_at: datetime
    logins_count: int
    last_login: datetime | None
    last_ip: str | None


def add_past(users: Iterable[User]) -> None:
    """Move the creation of each user back in time, and record sign-ins since then.

    Below `users.actions`, by SQL: nothing in the product changes when an account was created.
    """
    now = timezone.now()
    rows, events = [], 0
    for user in users:
        dice = SeededRandom(f"past of {user.email}")
        created = now - _some_time(dice, 60 if dice.one_in(5) else 1500)
        logins = 0 if dice.one_in(8) else dice.between(1, 180)
        last = max(created, now - _some_time(dice, 300 if dice.one_in(3) else 12)) if logins else None
        ip = f"{dice.pick(NETWORKS)}.{dice.between(1, 254)}" if last else None
        rows.append(Past(user.pk, created, logins, last, ip))
        if last and ip and events < MAX_EVENTS:
            events += _log_sign_ins(user, dice, ip, since=created, last=last, now=now)
    save_past(rows)


def _some_time(dice: SeededRandom, days: int) -> timedelta:
    return timedelta(seconds=dice.between(60, days * 86400))


def _log_sign_ins(
    user: User, dice: SeededRandom, ip: str, *, since: datetime, last: datetime, now: datetime
) -> int:
    """Log the latest sign-in and some before it; some follow a wrong password. Return how many events."""
    events = 0
    while last > max(since, now - timedelta(days=DAYS)):
        if dice.one_in(15):
            log_event("fp", user=user, ip=ip, at=last - timedelta(seconds=20))
            events += 1
        log_event("f" if user.blocked else "s", user=user, ip=ip, at=last)
        events += 1
        last -= _some_time(dice, 12)
    return events


def save_past(rows: Iterable[Past]) -> None:
    """Store these columns of users."""
    stored = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE users_user SET created_at = %s, logins_count = %s, last_login = %s, last_ip = %s"
            " WHERE id = %s",
            [
                (stored(created), logins, last and stored(last), ip, key)
                for key, created, logins, last, ip in rows
            ],
        )
