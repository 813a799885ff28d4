"""Run a worker next to the demo's server: restart it when it dies, and stop it with the server.

In production a service manager does this; see `docs/production.md`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
POLL_SECONDS = 0.5


def start_supervisor() -> None:
    """Start a process whose parent is this one, which becomes the server.

    The supervisor and its worker inherit that Ctrl-C is ignored: they stop when the server does, so that jobs
    finish their step.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    _start("-m", __name__)
    signal.signal(signal.SIGINT, before)


def supervise(server: int) -> None:
    """Run until SIGTERM, or until the server with the given process id has ended."""
    signals: list[int] = []
    # Before the worker starts: a SIGTERM in between would leave it running.
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    worker = _start("manage.py", "work")
    # An orphaned process gets another parent: the server is gone.
    while not signals and os.getppid() == server:
        time.sleep(POLL_SECONDS)
        # Polling doubles as the delay that keeps a crashing worker from restarting in a tight loop.
        if worker.poll() is not None and not signals:
            worker = _start("manage.py", "work")
    worker.terminate()
    worker.wait()


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves


if __name__ == "__main__":
    supervise(os.getppid())
