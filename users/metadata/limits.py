"""Size limits of a document."""

from __future__ import annotations

from dataclasses import dataclass

from users.metadata.documents import JSON


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`max_bytes` counts compact UTF-8 JSON; `max_depth` counts levels, the document itself as 1;
    `max_digits` is the longest integer, in decimal digits. Above `advised_bytes` a document is accepted
    with a warning: profiles are read at every sign-in."""

    max_bytes: int = 1024 * 1024
    advised_bytes: int = 10 * 1024
    max_depth: int = 32
    max_digits: int = 1000


DEFAULT = Limits()


def depth(value: JSON, *, give_up_at: int) -> int:
    """Levels of objects and lists in `value` (a scalar is 0), counted up to `give_up_at`.

    Level by level and not recursive, so that hostile nesting cannot exhaust the stack.
    """
    level = [value]
    # Bounded, so that the cost does not depend on how deep a hostile document is.
    for count in range(give_up_at + 1):
        containers = [item for item in level if isinstance(item, dict | list)]
        if not containers:
            return count
        level = [
            inner for item in containers for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return give_up_at
