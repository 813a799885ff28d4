"""What gunicorn makes of our file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from tests.config.conftest import BASE, ask
from tests.jobs.nursery import wait_until
from tests.management.demo_server import CHECKOUT


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

    assert found["worker_class"] == "config.server.worker.BufferedWorker"
    assert (found["workers"], found["threads"]) == ("2", "4")
    assert found["bind"] == "['127.0.0.1:8000']"
    assert found["control_socket_disable"] == "True"
    assert found["accesslog"] == "None"


def test_the_environment_decides_on_workers_and_port():
    found = configuration(WEB_CONCURRENCY="5", PORT="9000")

    assert (found["workers"], found["bind"]) == ("5", "['127.0.0.1:9000']")


@pytest.mark.parametrize(("flag", "trusted"), [("false", "[]"), ("true", "['*']")])
def test_forwarded_headers_are_believed_only_where_told(flag, trusted):
    assert configuration(TRUST_FORWARDED_HEADERS=flag)["forwarded_allow_ips"] == trusted


def test_headers_with_an_underscore_are_no_instructions():
    """Else `SCRIPT_NAME: /x`, which proxies pass on, would change the path that the application sees."""
    assert configuration(TRUST_FORWARDED_HEADERS="true")["forwarder_headers"] == "[]"


STOPPED_AT_THE_WORST_MOMENT = """
import os, signal, time
from concurrent.futures import ThreadPoolExecutor

begin = ThreadPoolExecutor._adjust_thread_count

def hear_ctrl_c_and_begin(self):  # its caller holds the lock of the threads
    for number in (signal.SIGINT, signal.SIGQUIT):
        os.kill(os.getpid(), number)
    time.sleep(0.01)
    begin(self)

ThreadPoolExecutor._adjust_thread_count = hear_ctrl_c_and_begin

def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
"""


def test_ctrl_c_stops_a_worker_that_is_just_taking_a_request_and_the_request_is_answered(serve):
    server, url = serve(STOPPED_AT_THE_WORST_MOMENT)

    assert ask(url) == b"done"
    server.send_signal(signal.SIGINT)
    assert server.wait(60) == 0


SLOW = """
import pathlib, time

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        pathlib.Path("{begun}").touch()
        time.sleep(0.5)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_waits_for_requests_under_way_but_not_for_slow_clients(serve, tmp_path, how):
    begun = tmp_path / "begun"
    server, url = serve(SLOW.format(begun=begun))
    host = ("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))
    with socket.create_connection(host) as slow, socket.create_connection(host) as under_way:
        slow.sendall(b"GET / HTTP/1.1\r\nX: ")
        under_way.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(begun.exists)
        server.send_signal(how)

        assert under_way.recv(1000).endswith(b"done")
        assert server.wait(20) == 0


def test_slow_clients_do_not_slow_others(serve):
    """`make bench ARGS=slow` measures this with 200 of them, the whole product and figures."""
    _, url = serve(SLOW)
    host = ("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))
    before = median(url)
    with ExitStack() as connections:
        for sent in (b"", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"):
            for _ in range(20):
                connections.enter_context(socket.create_connection(host)).sendall(sent)

        # A busy machine slows some requests, slow clients all.
        assert median(url) < 2 * before + 0.05


def median(url: str, count: int = 100) -> float:
    """Of the seconds that requests take."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        ask(url)
        times.append(time.perf_counter() - begun)
    return sorted(times)[count // 2]
