"""The figures as a table, and what they say of the goals."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.databases import Database
from tests.bench.rounds import API, PLAIN, RAW, Figures

HEAD = ("operation", "variant", "per second", "CPU ms", "p50 ms", "p95 ms", "p99 ms", "CPU / plain")


@dataclass(frozen=True)
class Goal:
    """`ratio` is to be at most `most`."""

    what: str
    ratio: float
    most: float

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.most


def goals(found: list[Figures], database: Database) -> list[Goal]:
    """What the figures say of each.

    A record of changes costs CPU in the server: the API's own tells what it costs, and the plain
    view's what it would beside hardly anything else. In a database server it costs time that no
    CPU of ours shows."""
    by = {(row.operation, row.variant): row for row in found}
    reached = [
        Goal(f"{name}: CPU of the API / of a plain view", by[name, API].cpu / by[name, PLAIN].cpu, 2)
        for name in ("get", "patch")
    ]
    for variant in (API, PLAIN):
        on, off = (by[name, variant] for name in ("patch", "patch, no history"))
        reached.append(Goal(f"patch: CPU with history / without, {variant}", on.cpu / off.cpu, 1.5))
    if database.is_server:
        on, off = (by[name, RAW] for name in ("patch", "patch, no history"))
        reached.append(Goal("patch: time with history / without, raw SQL", on.p50 / off.p50, 1.5))
    return reached


def as_text(found: list[Figures], reached: list[Goal]) -> str:
    plain = {row.operation: row.cpu for row in found if row.variant == PLAIN}
    rows = [HEAD, *(_cells(row, row.cpu / plain[row.operation]) for row in found)]
    verdicts = [
        (goal.what, f"{goal.ratio:.2f}", f"at most {goal.most:g}", "ok" if goal.is_met else "MISSED")
        for goal in reached
    ]
    return f"{table(rows)}\n\n{table([('goal', 'ratio', '', ''), *verdicts])}"


def _cells(row: Figures, ratio: float) -> tuple[str, ...]:
    numbers = (f"{row.per_second:.0f}", f"{row.cpu:.3f}", *(f"{p:.2f}" for p in (row.p50, row.p95, row.p99)))
    return row.operation, row.variant, *numbers, f"{ratio:.2f}"


def table(rows: list[tuple[str, ...]]) -> str:
    """Words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    is_number = [cell.replace(".", "").isdigit() for cell in rows[-1]]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, is_number, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
