"""The demo's worker and the process that keeps it, beside a stand-in for the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.management.demo_server import CHECKOUT, own_environment

SERVER = """
import time
from users.management.demo.supervisor import start_supervisor
start_supervisor()
time.sleep(600)
"""


@pytest.fixture
def server(tmp_path):
    """Serving nobody, with its keeper and its worker in one process group."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=CHECKOUT,
        env=own_environment(DATA_DIR=str(tmp_path), SECRET_KEY="k" * 50),
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    yield process
    if is_any_left(process):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def is_any_left(server: subprocess.Popen) -> bool:
    server.poll()
    try:
        os.killpg(server.pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for_worker(server: subprocess.Popen) -> int:
    """The pid of the next one to say so."""
    said = next(line for line in server.stderr if line.startswith("Process "))
    return int(said.split()[1])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_when_the_server_is_no_more_nobody_is(server, how):
    wait_for_worker(server)

    server.send_signal(how)

    deadline = time.monotonic() + 60
    while is_any_left(server):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_worker_has_a_successor(server):
    os.kill(wait_for_worker(server), signal.SIGKILL)

    assert wait_for_worker(server)


def test_ctrl_c_is_heard_by_the_server_alone(server):
    wait_for_worker(server)

    os.killpg(server.pid, signal.SIGINT)

    assert server.wait(60) != 0
    while is_any_left(server):
        time.sleep(0.05)
    rest = server.stderr.read()
    assert "Process " not in rest
    assert rest.count("KeyboardInterrupt") == 1  # the stand-in's own
