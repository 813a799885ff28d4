"""The product as an installation runs it, https spoken by gunicorn itself."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import cached_property
from pathlib import Path

from tests.management.demo_server import CHECKOUT, free_port, own_environment
from tests.sdk.authority import HOST, Authority

START_SECONDS = 60
STOP_SECONDS = 30


class Server:
    """On a port of its own. `domain` is what an SDK is given; `url` leads there without a resolver that
    knows `host`."""

    def __init__(self, data_dir: Path, authority: Authority, *, host: str = HOST, **settings: str) -> None:
        port = free_port()
        self.domain = f"{host}:{port}"
        self.url = f"https://{HOST}:{port}"
        self._data_dir = data_dir
        self._authority = authority
        self._settings = settings
        self._log = data_dir / f"gunicorn-{port}.log"
        self._environment = own_environment(
            DATA_DIR=str(data_dir),
            PORT=str(port),
            PUBLIC_URL=f"https://{self.domain}",
            WEB_CONCURRENCY="1",
            **settings,
        )
        self._process: subprocess.Popen | None = None

    def beside(self, **settings: str) -> Server:
        """Another, on the same data, with these settings changed."""
        return Server(self._data_dir, self._authority, **{**self._settings, **settings})

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints."""
        finished = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def make_client(self, name: str, *scopes: str) -> dict[str, str]:
        """Credentials as every SDK takes them."""
        made = json.loads(self.manage("createclient", name, "--scope", " ".join(scopes), "--json"))
        return {part: made[part] for part in ("client_id", "client_secret")}

    def start(self) -> Server:
        """Returns once it serves."""
        tls = ["--certfile", str(self._authority.certificate), "--keyfile", str(self._authority.key)]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", *tls, "config.wsgi"],
                cwd=CHECKOUT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5, context=self.trust):
                    return self
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise AssertionError(self.log)

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """What a caller has to be given: no authority has signed the certificate."""
        return ssl.create_default_context(cafile=self._authority.trusted)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
