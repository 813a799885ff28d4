"""Serve any WSGI application with our own server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.management.demo_server import CHECKOUT, free_port

# Empty, so that a developer's own .env decides nothing.
BASE = {
    "SECRET_KEY": "x" * 50,
    "TRUST_FORWARDED_HEADERS": "",
    "PORT": "",
    "PUBLIC_URL": "",
    "WEB_CONCURRENCY": "2",
}


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Serve an application, given as the text of its module. Returns its process and URL, once it answers."""
    started = []

    def start(module: str) -> tuple[subprocess.Popen, str]:
        folder = tmp_path_factory.mktemp("served")
        (folder / "served.py").write_text(module)
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "served"],
            cwd=CHECKOUT,
            env={
                "PATH": os.environ["PATH"],
                **BASE,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "WEB_CONCURRENCY": "1",
                "PORT": str(port),
                "PYTHONPATH": str(folder),
            },
            stderr=subprocess.DEVNULL,
        )
        started.append(server)
        url = f"http://127.0.0.1:{port}/"
        ask(url)
        return server, url

    yield start
    for server in started:
        server.kill()
        server.wait()


def ask(url: str) -> bytes:
    """Get the URL, and wait until the server accepts connections."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(url, timeout=15).read()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
