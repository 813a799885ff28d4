"""Strict equality of JSON values: 1, 1.0 and true are three different values."""

from __future__ import annotations

from users.metadata.documents import JSON


def is_strictly_equal(left: JSON, right: JSON) -> bool:
    """Equal in type and value at every depth; the order of keys does not matter."""
    # In Python 1 == 1.0 == True; as JSON these are different, and a change from one to another must be
    # recorded.
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(is_strictly_equal(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(is_strictly_equal, left, right))
    return bool(left == right)
