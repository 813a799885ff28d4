"""Intervals of a worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """All in seconds.

    A job whose `lease` has ended is taken by another worker; a worker extends it every `heartbeat`. An
    idle worker polls every `poll`, or every `max_idle` where Redis wakes it. A job that has run for `turn`
    yields to others. Scheduled jobs are checked every `schedule_interval`. After a failed attempt a job
    waits for `rest`, then four times as long each time (exponential backoff).
    """

    lease: float = 60
    # Several beats per lease: one that fails on a busy database does not lose the job.
    heartbeat: float = 10
    poll: float = 1
    max_idle: float = 10
    turn: float = 10
    schedule_interval: float = 60
    rest: float = 5
