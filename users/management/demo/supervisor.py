"""A worker beside the demo's server: begun anew whenever it dies, and ended with the server.

Outside the demo whatever starts services does this; `docs/production.md` says how.
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
    """A process of its own, whose parent is this one, whatever this one becomes.

    It and its worker inherit that Ctrl-C is not theirs to hear: they end with the server."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    _start("-m", __name__)
    signal.signal(signal.SIGINT, before)


def supervise(server: int) -> None:
    """Until told to stop, or until the server, whose pid is given, is no more."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    worker = _start("manage.py", "work")
    while not told and os.getppid() == server:
        time.sleep(POLL_SECONDS)
        if worker.poll() is not None and not told:
            worker = _start("manage.py", "work")
    worker.terminate()
    worker.wait()


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves


if __name__ == "__main__":
    supervise(os.getppid())
