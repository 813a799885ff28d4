"""Fetch the matches of a search in order, without slow index walks."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.db import connection

from users.listing.timeout import time_limit
from users.models import User
from users.models.user import UserQuerySet
from users.querying.errors import SearchTimeout

# So many are counted and then fetched faster than a long list is walked in vain.
SMALL_RESULT = 10_000
# The same where counting is all that tells whether a range is narrow.
VERY_SMALL_RESULT = 200
# What is asked first, as the database plans it: mostly it knows what is rare. In seconds.
PLANNER_BUDGET_SECONDS = 0.03
# What a walk may take before the matches are fetched after all, in seconds.
INDEX_SCAN_BUDGET_SECONDS = 0.5
# PostgreSQL plans a sub-query with a limit by itself, and does not merge it into the walk.
NO_LIMIT = 2**62

# What SQLite says of an index of which it reads a part.
RANGE_SCAN_PATTERN = re.compile(r"SEARCH .*[<>]\?")

Read = TypeVar("Read")


def read_in_order(
    found: UserQuerySet, read: Callable[[UserQuerySet], Read], *, count: int | None = None
) -> Read:
    """What `read` makes of the users found, which it puts in an order and cuts. `count` is what
    `count_up_to` had for FEW, where it is known.

    Asked for the first few of an order, PostgreSQL walks it until enough have matched, or fetches all
    that match and sorts them, by what it knows of the values. Where it is wrong, as of values that only
    the oldest have, it walks past everybody. So it gets a moment; then a few matches are counted,
    fetched and sorted. SQLite knows nothing of values: it walks, or reads everybody. Where an index
    has a range of them, we look there whether they are few.
    """
    if connection.vendor != "postgresql":
        if count is None and _has_range_scan(found):
            count = count_up_to(found, VERY_SMALL_RESULT)
        is_few = count is not None and count <= VERY_SMALL_RESULT
        return read(filter_by_subquery(found, VERY_SMALL_RESULT) if is_few else found)
    if count is None or count > VERY_SMALL_RESULT:
        with suppress(SearchTimeout), time_limit(PLANNER_BUDGET_SECONDS):
            return read(found)
    if count is None:
        count = count_up_to(found, SMALL_RESULT)
    if count <= SMALL_RESULT:
        return read(filter_by_subquery(found, SMALL_RESULT))
    try:
        with time_limit(INDEX_SCAN_BUDGET_SECONDS):
            return read(found)
    except SearchTimeout:
        return read(filter_by_subquery(found, NO_LIMIT))


def count_up_to(found: UserQuerySet, most: int) -> int:
    """How many there are; `most` and one where there are more."""
    return found.order_by().values("pk")[: most + 1].count()


def filter_by_subquery(found: UserQuerySet, most: int) -> UserQuerySet:
    """The same users, at most so many, looked up before they are put in an order."""
    return User.objects.filter(pk__in=found.order_by().values("pk")[:most])


def _has_range_scan(found: UserQuerySet) -> bool:
    """Whether SQLite would look them up between two ends in an index."""
    return RANGE_SCAN_PATTERN.search(found.order_by().values("pk").explain()) is not None
