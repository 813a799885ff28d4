"""The worker processes of this web process, shared by its threads."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from users.javascript.channel import WorkerLost
from users.javascript.script import HostCalls, Json, Limits, Outcome, Script, ScriptError, SyntaxProblem
from users.javascript.worker import Worker

logger = logging.getLogger(__name__)

# Runs after which a process is replaced, against leaks of the engine. The spare process takes its place.
RUNS = 500
# Processes of a web process, by default: as many as it has threads (config/gunicorn.py).
SIZE = 4
# Seconds that a run waits for a process, by default.
WAIT_SECONDS = 5
DEFAULT_LIMITS = Limits()
# Attempts to start a process for one run.
STARTS = 3


class Pool:
    """Up to `size` worker processes: those that run scripts, and one more that is ready. A run waits up to
    `wait_seconds` for one."""

    def __init__(self, size: int, wait_seconds: float) -> None:
        self._size = size
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()
        # The last one is taken first, so that a small load uses few.
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._warned = False

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A process for one run, which no other thread uses meanwhile. Raises ScriptError."""
        worker = self._take_ready()
        try:
            yield worker
        finally:
            self._give_back(worker)

    def close(self) -> None:
        """Kill all processes. The next run starts others."""
        with self._changed:
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.stop()

    def forget(self) -> None:
        """Let go of processes that belong to the parent of this process, after a fork."""
        for worker in self._all:
            worker.forget()

    def _take_ready(self) -> Worker:
        for _ in range(STARTS):
            worker = self._take()
            try:
                self._warn(worker.wait_until_ready())
            except WorkerLost:
                worker.stop()
                self._give_back(worker)
            except BaseException:
                self._give_back(worker)
                raise
            else:
                return worker
        logger.error("No process for scripts could be started.")
        raise ScriptError("worker_lost", "No process for scripts could be started.")

    def _take(self) -> Worker:
        end = time.monotonic() + self._wait_seconds
        with self._changed:
            while True:
                while worker := self._pop_idle():
                    if worker.is_alive:
                        # So that the next run finds a process that is ready.
                        self._start_spare()
                        return worker
                    self._discard(worker)
                if not self._changed.wait(max(0, end - time.monotonic())):
                    logger.error(
                        "All %d processes for scripts were busy for %g s.", self._size, self._wait_seconds
                    )
                    raise ScriptError("busy", "The server runs too many scripts at the moment.")

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            if worker.runs < RUNS and worker.is_alive and worker in self._all:
                self._idle.append(worker)
            else:
                self._discard(worker)
                self._start_spare()
            self._changed.notify()

    def _pop_idle(self) -> Worker | None:
        self._start_spare()
        return self._idle.pop() if self._idle else None

    def _discard(self, worker: Worker) -> None:
        self._all.discard(worker)
        worker.stop()

    def _start_spare(self) -> None:
        """Start a process if none is idle, and there may be one more."""
        if self._idle or len(self._all) >= self._size:
            return
        try:
            worker = Worker()
        except OSError:
            # Too many processes or open files. A run that finds no process waits for one of the others.
            logger.exception("A process for scripts could not be started.")
        else:
            self._all.add(worker)
            self._idle.append(worker)

    def _warn(self, unprotected: tuple[str, ...]) -> None:
        if unprotected and not self._warned:
            self._warned = True
            logger.warning(
                "Processes of scripts go without what this system does not permit: %s.",
                ", ".join(unprotected),
            )


def configure(*, size: int, wait_seconds: float) -> None:
    """Set the number of processes of this web process, and how many seconds a run waits for one. Before the
    first run."""
    global _pool
    _pool.close()
    _pool = Pool(size, wait_seconds)


def run(
    script: Script, arguments: dict[str, Json], *, host: HostCalls, limits: Limits = DEFAULT_LIMITS
) -> Outcome:
    """Run a script in a fresh context. Blocks until it has ended, at most for the waiting time and the wall
    limit.

    The arguments of a rule are `user`, `context`, `configuration`, `global` (optional) and `auth0` (`domain`,
    `baseUrl`, `accessToken`). Raises ScriptError whatever goes wrong with the script or its process, and what
    `host` raises.
    """
    with _pool.worker() as worker:
        return worker.run(script, arguments, host, limits)


def find_syntax_error(source: str, kind: str) -> SyntaxProblem | None:
    """Compile a script without running it. Raises ScriptError if it takes too long or too much memory."""
    with _pool.worker() as worker:
        return worker.find_syntax_error(Script(name="", source=source, kind=kind), DEFAULT_LIMITS)


def find_unprotected() -> tuple[str, ...]:
    """What this system does not permit a process of scripts to give up, in words. Starts one to find out."""
    worker = Worker()
    try:
        return worker.wait_until_ready()
    except WorkerLost:
        return ("a process at all",)
    finally:
        worker.stop()


def _after_fork() -> None:
    """The processes are those of the parent: this process starts its own."""
    global _pool
    _pool.forget()
    _pool = Pool(_pool._size, _pool._wait_seconds)


_pool = Pool(SIZE, WAIT_SECONDS)
os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _pool.close())
