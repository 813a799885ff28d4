"""How long a worker waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """All in seconds.

    A job whose worker has not been heard of for `lease` is taken by another; a worker lets
    hear of itself every `heartbeat`. An idle worker looks for jobs every `poll`, and where
    a bell wakes it every `max_idle`. A job that has run
    for `turn` makes way for others that wait. What is periodic is looked after every `schedule_interval`.
    After an attempt that broke, a job rests for `rest`, then four times as long each time.
    """

    lease: float = 60
    heartbeat: float = 10
    poll: float = 1
    max_idle: float = 10
    turn: float = 10
    schedule_interval: float = 60
    rest: float = 5
