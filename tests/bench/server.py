"""The server under measurement: gunicorn as `docs/production.md` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.management.demo_server import CHECKOUT

START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running gunicorn with its workers."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.port = port
        self._process = process

    def cpu_seconds(self) -> float:
        """What the workers have used so far, in their own code and in the kernel for them.

        Source: proc(5), fields 14 and 15 of `stat`; there is no such thing but on Linux.
        """
        master = self._process.pid
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return sum(_ticks(worker) for worker in workers) / TICKS

    def token(self, credentials: dict[str, Any]) -> str:
        """An access token for the demo's client."""
        answer = httpx.post(f"http://127.0.0.1:{self.port}/oauth/token", json=credentials, timeout=60)
        return answer.raise_for_status().json()["access_token"]

    def wait(self) -> None:
        """Until it serves."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("gunicorn does not serve")


def manage(*arguments: str, environment: dict[str, str], checkout: Path = CHECKOUT) -> str:
    """Run a command of `manage.py`. Returns what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    finished = subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, check=True)
    return finished.stdout.decode()


@contextmanager
def serving(environment: dict[str, str], checkout: Path = CHECKOUT) -> Iterator[Server]:
    """The settings of `environment`, served on its PORT."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
        cwd=checkout,
        env=environment,
    )
    try:
        server = Server(process, int(environment["PORT"]))
        server.wait()
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _ticks(pid: str) -> int:
    # The name, in brackets, may hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
