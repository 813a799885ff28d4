"""What gunicorn makes of our file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.management.demo_server import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
# Empty, so that a developer's own .env decides nothing.
BASE = {
    "SECRET_KEY": "x" * 50,
    "TRUST_FORWARDED_HEADERS": "",
    "PORT": "",
    "PUBLIC_URL": "",
    "WEB_CONCURRENCY": "2",
}


def configuration(**environment: str) -> dict[str, str]:
    """Gunicorn's own account of its settings."""
    finished = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--print-config", "config.wsgi"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **BASE, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.partition("=") for line in finished.stdout.splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}


def test_two_workers_of_four_threads_on_this_machine_only():
    found = configuration()

    assert (found["worker_class"], found["workers"], found["threads"]) == ("gthread", "2", "4")
    assert found["bind"] == "['127.0.0.1:8000']"
    assert found["control_socket_disable"] == "True"
    assert found["accesslog"] == "None"


def test_the_environment_decides_on_workers_and_port():
    found = configuration(WEB_CONCURRENCY="5", PORT="9000")

    assert (found["workers"], found["bind"]) == ("5", "['127.0.0.1:9000']")


@pytest.mark.parametrize(("flag", "trusted"), [("false", "[]"), ("true", "['*']")])
def test_forwarded_headers_are_believed_only_where_told(flag, trusted):
    assert configuration(TRUST_FORWARDED_HEADERS=flag)["forwarded_allow_ips"] == trusted


STOPPED_AT_THE_WORST_MOMENT = """
import os, signal, time
from concurrent.futures import ThreadPoolExecutor

begin = ThreadPoolExecutor._adjust_thread_count

def hear_ctrl_c_and_begin(self):  # as whoever calls it holds the lock of the threads
    for number in (signal.SIGINT, signal.SIGQUIT):
        os.kill(os.getpid(), number)
    time.sleep(0.01)
    begin(self)

ThreadPoolExecutor._adjust_thread_count = hear_ctrl_c_and_begin

def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
"""


def test_ctrl_c_stops_a_worker_that_is_just_taking_a_request_and_the_request_is_answered(tmp_path):
    (tmp_path / "stopped.py").write_text(STOPPED_AT_THE_WORST_MOMENT)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "stopped"],
        cwd=CHECKOUT,
        env={
            "PATH": os.environ["PATH"],
            **BASE,
            "WEB_CONCURRENCY": "1",
            "PORT": str(port),
            "PYTHONPATH": str(tmp_path),
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        assert ask(f"http://127.0.0.1:{port}/") == b"done"
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
    finally:
        server.kill()
        server.wait()


def ask(url: str) -> bytes:
    """As soon as somebody listens there."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(url, timeout=15).read()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
