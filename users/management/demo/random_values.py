"""Choices that are the same on every machine and in every release of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Option = TypeVar("Option")

# Enough for some 250 choices of one byte each; a person takes about 60.
POOL_BYTES = 256


class SeededRandom:
    """One large number made of the seed, from which each choice takes its share."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.shake_256(seed.encode()).digest(POOL_BYTES)
        self._pool = int.from_bytes(digest, "big")

    def randbelow(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1, all about equally likely."""
        self._pool, rest = divmod(self._pool, limit)
        return rest

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + self.randbelow(most - least + 1)

    def pick(self, options: Sequence[Option]) -> Option:
        """One of the options."""
        return options[self.randbelow(len(options))]

    def sample(self, options: Sequence[Option], most: int) -> list[Option]:
        """One to `most` of the options, each once, in their order."""
        found = {self.randbelow(len(options)) for _ in range(self.between(1, most))}
        return [options[position] for position in sorted(found)]

    def one_in(self, times: int) -> bool:
        """True once in so many times."""
        return self.randbelow(times) == 0
