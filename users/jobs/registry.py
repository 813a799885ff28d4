"""Which code does which kind of job. The room of jobs knows no kind: those above it are registered here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

# Called with a `users.jobs.run.Run`; what it returns is stored as the job's result. A worker may be
# killed at any moment and the job is then done again, perhaps elsewhere. So whatever the function
# writes, it writes in steps (`Run.step`), and begins by looking at `run.state`.
Work = Callable[[Any], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """`attempts`: how often it is begun without getting on before it is given up. `every`: how
    often it is scheduled; None for never. `keeps_row`: whether its row stays once it is completed;
    that of a failed job always stays. `keeps_file`: the file is the job's result, and is not deleted when
    the job completes."""

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
