"""Intervals of webhook deliveries, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600


@dataclass(frozen=True)
class Timing:
    """A webhook whose `lease` has ended is taken by another worker; after `turn` it yields to others. An
    idle worker polls for events every `poll`. A failed delivery is retried after `rest`, then after four
    times as long each time (exponential backoff), an hour at most, until `give_up_after`."""

    lease: float = 60
    turn: float = 10
    poll: float = 1
    rest: float = 5
    give_up_after: float = 24 * HOUR

    def retry_delay(self, failures: int) -> float:
        """Seconds before the next attempt after so many failures."""
        # The exponent is limited: thousands of failures would overflow a float.
        return min(self.rest * 4.0 ** min(failures - 1, 10), HOUR)
