"""Reading a list on from one of its rows, whatever came or went meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q


def keyset_condition(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that follow the one with these values where these columns, none of them null, ascend.

    `a >= 1 AND (a > 1 OR b > 2)`: the first half is the range in which an index on the columns
    begins to read. The OR alone would hide it.
    """
    (column, *columns), (value, *others) = order, values
    if not columns:
        return Q((f"{column}__gt", value))
    return Q((f"{column}__gte", value)) & (Q((f"{column}__gt", value)) | keyset_condition(columns, others))
