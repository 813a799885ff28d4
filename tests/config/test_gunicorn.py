"""What gunicorn makes of our file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
