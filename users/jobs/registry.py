"""Which code does which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

# Called with a `users.jobs.run.Run`; what it returns is kept as the job's result.
Work = Callable[[Any], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """`attempts`: how often it is begun without getting on before it is given up. `every`: how
    often it is scheduled; None for never. `keeps_row`: whether its row stays once it is completed;
    that of a failed job always stays. `keeps_file`: the file is the job's result, and is not deleted when
    the job completes."""

    work: Work
    attempts: int
    every: timedelta | None
    keeps_row: bool = True
    keeps_file: bool = False


KINDS: dict[str, JobKind] = {}


def register_job(
    name: str,
    *,
    attempts: int = 5,
    every: timedelta | None = None,
    keeps_row: bool = True,
    keeps_file: bool = False,
) -> Callable[[Work], Work]:
    """Declare a function that does jobs of this kind.

    It may be killed at any moment and is then called anew, perhaps elsewhere. So whatever it
    writes, it writes in steps (`Run.step`), and begins by looking at `run.state`.
    """

    def declare(work: Work) -> Work:
        if name in KINDS:
            raise ValueError(f"there is a kind {name} already")
        KINDS[name] = JobKind(work, attempts, every, keeps_row, keeps_file)
        return work

    return declare
