"""The registry: which code does which kind of job. The room of jobs knows no kind: those in the rooms
above it are registered here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

# Called with a `users.jobs.run.Run`; the return value is stored as the job's result.
Work = Callable[[Any], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """`attempts`: how often it is tried without progress before it fails. `every`: its schedule, None for
    none. `keeps_row`: whether the row stays after completion; a failed job's always stays. `keeps_file`:
    the file is the job's result, and is not deleted on completion."""

    work: Work
    attempts: int = 5
    every: timedelta | None = None
    keeps_row: bool = True
    keeps_file: bool = False


KINDS: dict[str, JobKind] = {}


def register(kinds: Mapping[str, JobKind]) -> None:
    """Add these kinds of job, by name. Called once, when Django starts. Raises ValueError for a name that
    is taken."""
    for name in kinds.keys() & KINDS.keys():
        raise ValueError(f"there is a kind {name} already")
    KINDS.update(kinds)
