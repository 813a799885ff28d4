"""Seeded pseudo-random choices that are the same on every machine and Python release.

The algorithms of `random` may change between releases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Option = TypeVar("Option")

# Bytes: enough for some 250 choices among 256; a user takes about 60.
POOL_BYTES = 256


class SeededRandom:
    """A large number derived from the seed, of which each choice consumes a part."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.shake_256(seed.encode()).digest(POOL_BYTES)
        self._pool = int.from_bytes(digest, "big")

    def randbelow(self, limit: int) -> int:
        """Return a whole number from 0 to `limit` - 1, all about equally likely."""
        # Slightly biased for limits that are no power of two, by less than 2**-2000.
        self._pool, rest = divmod(self._pool, limit)
        return rest

    def between(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return least + self.randbelow(most - least + 1)

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of the options."""
        return options[self.randbelow(len(options))]

    def sample(self, options: Sequence[Option], most: int) -> list[Option]:
        """Return one to `most` of the options, each once, in their order."""
        # A set, so that an option drawn twice counts once. To draw again could need any number of draws, and
        # the pool is limited.
        found = {self.randbelow(len(options)) for _ in range(self.between(1, most))}
        return [options[position] for position in sorted(found)]

    def one_in(self, times: int) -> bool:
        """Return True with a probability of 1 in `times`."""
        return self.randbelow(times) == 0
