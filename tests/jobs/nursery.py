"""Real worker processes, to be killed.

`python -m tests.jobs.nursery` has Django loaded and forks a worker for each line it reads, so
that a worker is there within milliseconds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

# Much less than a worker of ours waits, so that a test need not wait as long.
LOCK_SECONDS = 1
CHECKOUT = Path(__file__).resolve().parents[2]


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Nursery:
    """The test's end of it."""

    def __init__(self, database_url: str) -> None:
        self._alive: set[int] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.nursery"],
            cwd=CHECKOUT,
            env={**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        *,
        is_courier: bool = False,
        has_all_kinds: bool = False,
        dies: str = "",
        hangs: str = "",
        **timing: float,
    ) -> int:
        """The pid of a new worker, or of a dispatcher. `dies` and `hangs` are moments at which it
        sends itself SIGKILL or SIGSTOP. A worker knows the kinds of `steps`, or all of the product's."""
        trap = [dies or hangs, signal.SIGKILL if dies else signal.SIGSTOP]
        kind = {"is_courier": is_courier, "has_all_kinds": has_all_kinds}
        pid = self._ask({**kind, "trap": trap, "timing": timing})
        self._alive.add(pid)
        return pid

    def wait(self, pid: int) -> int:
        """How it ended: 0, or minus the signal that killed it."""
        self._alive.remove(pid)
        return self._ask({"wait": pid})

    def stop(self, pid: int) -> None:
        """Ask it to, and see that it does so in good order."""
        os.kill(pid, signal.SIGTERM)
        assert self.wait(pid) == 0

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.wait(pid)

    def clear(self) -> None:
        """Whatever a failed test left."""
        for pid in tuple(self._alive):
            self.kill(pid)

    def close(self) -> None:
        self._process.communicate(timeout=60)

    def _ask(self, question: dict[str, Any]) -> int:
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def url_of(settings: dict[str, Any]) -> str:
    """The address of the tests' own database."""
    if settings["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings['NAME']}"))


# --- The other end --------------------------------------------------------------------


def main() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            _, status = os.waitpid(question["wait"], 0)
            answer(os.waitstatus_to_exitcode(status))
            continue
        pid = os.fork()
        if not pid:
            be_a_worker(**question)
        answer(pid)


def answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def be_a_worker(
    is_courier: bool, has_all_kinds: bool, trap: tuple[str, int], timing: dict[str, float]
) -> None:
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["timeout"] = LOCK_SECONDS
    if trap[0]:
        set_trap(*trap)
    if is_courier:
        be_a_courier(timing)
    worker = a_worker(timing, has_all_kinds)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    os._exit(0)


def a_worker(timing: dict[str, float], has_all_kinds: bool) -> Any:
    from tests.jobs.steps import once, steps
    from users.jobs.registry import KINDS, JobKind
    from users.jobs.timing import Timing
    from users.jobs.worker import Worker

    if has_all_kinds:
        in_small_steps()
    else:
        KINDS.clear()
        KINDS["steps"] = JobKind(slowly(steps), attempts=50, every=None)
        KINDS["once"] = JobKind(once, attempts=50, every=None)
    return Worker(
        Timing(
            **{"lease": 0.6, "heartbeat": 0.1, "poll": 0.02, "turn": 60, "schedule_interval": 3600, **timing}
        )
    )


def in_small_steps() -> None:
    """Every kind of the product, doing two people at a time, and nothing unasked."""
    from users.import_export import import_file
    from users.jobs.registry import KINDS
    from users.management import job_kinds

    import_file.BATCH = job_kinds.export_job.PAGE_SIZE = job_kinds.survey_jobs.STEP_SIZE = 2
    job_kinds.bulk_job.BATCH = job_kinds.undo_job.BATCH = 2
    KINDS.update({name: replace(kind, every=None) for name, kind in KINDS.items()})


def be_a_courier(timing: dict[str, float]) -> None:
    from django.conf import settings

    from users.webhooks.dispatcher import Dispatcher
    from users.webhooks.timing import Timing

    settings.WEBHOOKS_ALLOW_PRIVATE = True
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    courier = Dispatcher(Timing(**{"lease": 0.6, "poll": 0.02, "rest": 0.05, **timing}))
    courier.start()
    while not signals:
        time.sleep(0.01)
    courier.stop()
    os._exit(0)


def slowly(work: Callable) -> Callable:
    """With a moment after each job, so that others get some, too."""

    def worked(run):
        result = work(run)
        time.sleep(0.005)
        return result

    return worked


def set_trap(moment: str, number: int) -> None:
    """Send oneself a signal right before or after something is called: "after take"; "before
    note:3" when it is called for the third time."""
    from users.actions.search_setup.maintenance_thread import MaintenanceThread
    from users.events import stream
    from users.jobs import queue, run
    from users.models import Client
    from users.webhooks import dispatcher, lease

    where, _, rest = moment.partition(" ")
    name, _, count = rest.partition(":")
    owner, attribute = {
        "take": (queue, "claim_job"),
        "begin": (queue, "_claim"),
        "effect": (Client.objects, "create"),
        "note": (run.Run, "_note"),
        "put_away": (queue, "finish_job"),
        "statement": (MaintenanceThread, "execute"),
        "check": (run.Run, "check_interrupted"),
        "number": (stream.Outbox.objects, "filter"),
        "lane": (dispatcher, "acquire_lease"),
        "plan": (lease.WebhookLease, "_plan_deliveries"),
        "send": (lease, "send"),
        "recorded": (lease.WebhookLease, "_record_outcomes"),
    }[name]
    original, calls = getattr(owner, attribute), int(count or 1)

    def trapped(*args, **options):
        nonlocal calls
        calls -= 1
        is_now = calls == 0  # of this call, whatever other threads call meanwhile
        if is_now and where == "before":
            os.kill(os.getpid(), number)
        result = original(*args, **options)
        if is_now and where == "after":
            os.kill(os.getpid(), number)
        return result

    setattr(owner, attribute, trapped)


if __name__ == "__main__":
    main()
