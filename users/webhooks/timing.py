"""How long what takes, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600


@dataclass(frozen=True)
class Timing:
    """A webhook whose worker has not been heard of for `lease` is taken by another; after `turn`
    it makes way for others. An idle worker looks for events every `poll`. What fails is tried
    again after `rest`, then after four times as long each time, an hour at most, until `give_up_after`
    is over."""

    lease: float = 60
    turn: float = 10
    poll: float = 1
    rest: float = 5
    give_up_after: float = 24 * HOUR

    def retry_delay(self, failures: int) -> float:
        """Before the next attempt, where so many failed."""
        return min(self.rest * 4.0 ** min(failures - 1, 10), HOUR)
