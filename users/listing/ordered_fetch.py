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

# Up to so many matches are counted, fetched and sorted faster than a long list is scanned in vain.
SMALL_RESULT = 10_000
# The same where only counting can say whether a range is narrow.
VERY_SMALL_RESULT = 200
# Seconds for the first try, as the planner chooses: mostly it knows what is rare.
PLANNER_BUDGET_SECONDS = 0.03
# Seconds that an index scan may take before the matches are fetched and sorted after all.
INDEX_SCAN_BUDGET_SECONDS = 0.5
# An optimization fence: PostgreSQL plans a sub-query with a limit on its own, and does not merge it into the
# scan.
NO_LIMIT = 2**62

# EXPLAIN QUERY PLAN of SQLite for a range in an index.
RANGE_SCAN_PATTERN = re.compile(r"SEARCH .*[<>]\?")

Read = TypeVar("Read")


def read_in_order(
    found: UserQuerySet, read: Callable[[UserQuerySet], Read], *, count: int | None = None
) -> Read:
    """Apply `read` (ordering and slicing) to the matching users, avoiding slow index scans. `count` is the
    result of `count_up_to`, if known.

    For the first rows of an order, PostgreSQL scans an index in that order until enough rows have matched,
    or fetches and sorts all matches, depending on its statistics. Where these mislead it, as for values
    that only the oldest users have, it scans all users. So its plan gets a short time limit; after that
    the matches are counted, fetched and sorted if they are few. SQLite has no statistics of values: it
    scans, unless an index has a range of the values, which is then counted.
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
    """The number of matches; `most` + 1 if there are more."""
    return found.order_by().values("pk")[: most + 1].count()


def filter_by_subquery(found: UserQuerySet, most: int) -> UserQuerySet:
    """The same users, at most `most`, found by a sub-query before they are ordered."""
    return User.objects.filter(pk__in=found.order_by().values("pk")[:most])


def _has_range_scan(found: UserQuerySet) -> bool:
    """Whether SQLite would find them by a range in an index."""
    return RANGE_SCAN_PATTERN.search(found.order_by().values("pk").explain()) is not None
