"""`manage.py work` in a process of its own."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.jobs.nursery import wait_until
from tests.management.demo_server import CHECKOUT, own_environment

MANAGE = [sys.executable, str(CHECKOUT / "manage.py")]
QUERY = "SELECT status FROM users_job WHERE kind = 'housekeeping'"


@pytest.fixture
def environment(tmp_path):
    return own_environment(DATA_DIR=str(tmp_path), SECRET_KEY="k" * 50)


@pytest.fixture
def work(environment):
    """Started, with its log to be read."""
    process = subprocess.Popen(
        [*MANAGE, "work"], cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def read_until(process, words: str) -> None:
    assert any(words in line for line in process.stderr)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_waits_for_its_tables_does_what_is_due_and_stops_when_told_to(work, environment, tmp_path, how):
    read_until(work, "run manage.py migrate")
    subprocess.run([*MANAGE, "migrate", "--verbosity=0"], cwd=CHECKOUT, env=environment, check=True)
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        # Other jobs are due as well, and may be done before it.
        wait_until(lambda: database.execute(QUERY).fetchall() == [("completed",)], seconds=60)

    begin = time.monotonic()
    work.send_signal(how)

    assert work.wait(60) == 0
    assert time.monotonic() - begin < 10
