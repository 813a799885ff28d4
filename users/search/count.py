"""Count the users that a query finds, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass

from users.listing.ordered_fetch import count_up_to
from users.listing.timeout import time_limit
from users.models import User
from users.rights.actor import Actor
from users.search.query import search_users

# A count reads every matching row: its cost must not grow with all users. The page shows "more than 10,000".
MAX_COUNT = 10_000


@dataclass(frozen=True)
class Count:
    """`is_capped`: there are more than `count`."""

    count: int
    is_capped: bool


def count_users(text: str, *, viewer: Actor, seconds: float, strict: bool = False) -> Count:
    """Raises QueryError, Denied, and SearchTimeout after so many seconds."""
    with time_limit(seconds):
        count = count_up_to(search_users(User.objects.all(), text, viewer=viewer, strict=strict), MAX_COUNT)
    return Count(min(count, MAX_COUNT), count > MAX_COUNT)
