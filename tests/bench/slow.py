"""`make bench ARGS="slow"`: what slow clients do to the answers of others.

A normal load reads a user through the API, over a few connections with a pause after each answer.
It is measured without and with many slow clients, which are a process of their own, in turns, so
that a busy machine hits both alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.load import load
from tests.bench.report import table
from tests.bench.rounds import http
from tests.bench.server import manage, serving
from tests.bench.slow_clients import FIRST
from tests.config.proxy import NGINX, nginx
from tests.management.demo_server import CHECKOUT, free_port, own_environment

MOST_TIMES = 2.0
CONNECTIONS = 4
PAUSE_SECONDS = 0.02
HEAD = ("server", "slow clients", "p50 ms", "p95 ms", "p50 with them", "p95 with them", "p95 / p95", "")


@dataclass(frozen=True)
class Figure:
    """Milliseconds, medians of all rounds: without slow clients, and with them."""

    server: str
    kind: str
    p50: float
    p95: float
    slow_p50: float
    slow_p95: float

    @property
    def ratio(self) -> float:
        return self.slow_p95 / self.p95


def main(arguments: list[str]) -> int:
    """A missed goal is no failure."""
    options = read(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), options)
    heading = f"{options.clients} slow clients of each kind; medians of {options.rounds} rounds"
    sys.stdout.write(f"{heading} of {options.seconds:g} s\n\n{as_text(found)}\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(figure) for figure in found], indent=2) + "\n")
    return 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=slow", description=__doc__)
    parser.add_argument("--clients", type=int, default=200, help="slow connections (%(default)s)")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts (%(default)s)")
    parser.add_argument(
        "--settle",
        type=float,
        default=2,
        help="seconds that slow clients have to connect, a burst of work of its own (%(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args(arguments)


def measure(folder: Path, options: argparse.Namespace) -> list[Figure]:
    found = []
    environment = own_environment(
        DATA_DIR=str(folder),
        PORT=str(free_port()),
        SECRET_KEY="only for measuring, 50 characters long: " + "x" * 20,
        WEB_CONCURRENCY="2",
        API_RATE_LIMIT="0",
    )
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        manage(*command, environment=environment)
    demo = json.loads(manage("seed_demo", "--users=100", "--json", environment=environment))
    credentials = {
        "grant_type": "client_credentials",
        "audience": demo["audience"],
        **demo["client"],
    }
    with ExitStack() as running:
        server = running.enter_context(serving(environment))
        token = server.token(credentials)
        request = http("GET", f"/api/v2/users-by-email?email={demo['user']['email']}", None, token)
        ports = {"alone": server.port}
        if NGINX:
            ports["behind nginx"] = running.enter_context(nginx(server.port, folder))
        for name, port in ports.items():
            found += [_figure(name, port, kind, request, options) for kind in FIRST]
    return found


def _figure(name: str, port: int, kind: str, request: bytes, options: argparse.Namespace) -> Figure:
    calm, slow = [], []
    for _ in range(options.rounds):
        calm.append(_quantiles(port, request, options.seconds))
        with _slow_clients(port, options.clients, kind, options.settle):
            slow.append(_quantiles(port, request, options.seconds))
    (p50, p95), (slow_p50, slow_p95) = (
        [statistics.median(column) for column in zip(*rounds, strict=True)] for rounds in (calm, slow)
    )
    figure = Figure(name, kind, p50, p95, slow_p50, slow_p95)
    sys.stderr.write(f"{name}, {kind}: {p95:.1f} ms, {slow_p95:.1f} ms\n")
    return figure


def _quantiles(port: int, request: bytes, seconds: float) -> tuple[float, float]:
    done = load(port, lambda: request, connections=CONNECTIONS, seconds=seconds, pause=PAUSE_SECONDS)
    times = sorted(done.times)
    return times[len(times) // 2] * 1000, times[len(times) * 95 // 100] * 1000


@contextmanager
def _slow_clients(port: int, count: int, kind: str, settle: float) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.slow_clients", str(port), str(count), kind]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            time.sleep(settle)
            yield
        finally:
            process.kill()


def as_text(found: list[Figure]) -> str:
    rows = [HEAD]
    for figure in found:
        numbers = (figure.p50, figure.p95, figure.slow_p50, figure.slow_p95)
        verdict = "ok" if figure.ratio <= MOST_TIMES else "MISSED"
        shown = (f"{number:.1f}" for number in numbers)
        rows.append((figure.server, figure.kind, *shown, f"{figure.ratio:.2f}", verdict))
    return table(rows)
