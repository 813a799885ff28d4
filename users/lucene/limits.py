"""How much one query may ask for, so that a hostile one stays cheap."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`length` in characters; `terms` are single comparisons; `depth` counts parentheses and
    negations around one another; `pieces` are what the stars of a wildcard stand between, and
    `path` what the dots of a field do: as many as the deepest document has; `leading` how many
    terms may begin with a star, `literal` the characters that one then needs at a stretch.

    Source of `literal`: Auth0 docs, "User search query syntax".
    """

    length: int = 4000
    terms: int = 100
    depth: int = 20
    pieces: int = 6
    path: int = 32
    leading: int = 5
    literal: int = 3


DEFAULT = Limits()
