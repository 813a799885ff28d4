"""Measure each operation in each variant, in turns, so that a busy machine hits all alike."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from tests.bench.databases import Database
from tests.bench.load import Load, load
from tests.bench.operations import OPERATIONS, Crowd, Operation
from tests.bench.server import TICKS, Server
from tests.bench.statements import Statements

API, PLAIN, RAW = "api", "plain view", "raw SQL"
PREFIX = {API: "/api/v2", PLAIN: "/plain"}
WARM_UP_SECONDS = 0.3


# Works for so many seconds; answers with how long each took, and the CPU seconds of it all.
Run = Callable[[float], tuple[Load, float]]


@dataclass(frozen=True)
class Figures:
    """One round of one variant of one operation. Times are in milliseconds."""

    operation: str
    variant: str
    per_second: float
    cpu: float
    p50: float
    p95: float
    p99: float

    @property
    def cost(self) -> float:
        """By which rounds are compared: a server's CPU, and the time of what asks a database."""
        return self.p50 if self.variant == RAW else self.cpu


@dataclass(frozen=True)
class Bench:
    """What a run measures against, and for how long."""

    server: Server
    database: Database
    crowd: Crowd
    token: str
    connections: int
    seconds: float

    def measure(self, rounds: int) -> list[Figures]:
        """The cheapest round of each variant of each operation: what else the machine does only
        ever adds."""
        sides = list(self._sides())
        for _, _, run in sides:
            run(min(WARM_UP_SECONDS, self.seconds))
        best: dict[tuple[str, str], Figures] = {}
        for _ in range(rounds):
            for operation, variant, run in sides:
                found = figures(operation.name, variant, *run(self.seconds))
                known = best.setdefault((operation.name, variant), found)
                if found.cost < known.cost:
                    best[operation.name, variant] = found
        return list(best.values())

    def _sides(self) -> Iterator[tuple[Operation, str, Run]]:
        count = itertools.count()
        for operation in OPERATIONS:
            yield operation, API, self._by_http(operation, API, count)
            yield operation, PLAIN, self._by_http(operation, PLAIN, count)
            yield operation, RAW, self._by_driver(operation, count)

    def _by_http(self, operation: Operation, variant: str, count: Iterator[int]) -> Run:
        def make() -> bytes:
            method, path, body = operation.request(operation.case(self.crowd, next(count)))
            return http(method, PREFIX[variant] + path, body, self.token)

        def run(seconds: float) -> tuple[Load, float]:
            before = self.server.cpu_seconds()
            done = load(self.server.port, make, connections=self.connections, seconds=seconds)
            # A short round may be less than the step of the clock.
            return done, max(self.server.cpu_seconds() - before, 1 / TICKS)

        return run

    def _by_driver(self, operation: Operation, count: Iterator[int]) -> Run:
        statements = Statements(self.database.vendor, self.database.mark)
        connection = self.database.connect()

        def run(seconds: float) -> tuple[Load, float]:
            times, cpu = [], 0.0
            begun = time.perf_counter()
            while not times or time.perf_counter() < begun + seconds:
                case = operation.case(self.crowd, next(count))
                cpu_before, before = time.process_time(), time.perf_counter()
                cursor = connection.cursor()
                with self.database.transaction(connection) if operation.writes else nullcontext():
                    operation.run(statements, cursor, case)
                times.append(time.perf_counter() - before)
                cpu += time.process_time() - cpu_before
            return Load(times, sum(times)), cpu

        return run


def figures(operation: str, variant: str, done: Load, cpu_seconds: float) -> Figures:
    times = sorted(done.times)
    return Figures(
        operation=operation,
        variant=variant,
        per_second=len(times) / done.seconds,
        cpu=cpu_seconds / len(times) * 1000,
        **{f"p{share}": times[len(times) * share // 100] * 1000 for share in (50, 95, 99)},
    )


def http(method: str, path: str, body: dict[str, Any] | None, token: str) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        *(["Content-Type: application/json", f"Content-Length: {len(content)}"] if content else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + content
