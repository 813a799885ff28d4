"""`make run`, started for real in a data folder and on a port of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 120  # the first start in a checkout installs the dependencies
STOP_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_environment(**given: str) -> dict[str, str]:
    """Ours, without what the settings read: neither the tests' values nor a developer's .env."""
    documented = re.findall(r"^#?([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY")
    }
    empty = dict.fromkeys(set(documented) - {"WEB_CONCURRENCY"}, "")
    return {**inherited, **empty, **given}


class DemoServer:
    """One start of the demo. Its process group holds `make`, gunicorn and the workers."""

    def __init__(self, data_dir: Path, port: int, *, users: int = 5, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = port
        self.local_url = f"http://127.0.0.1:{port}"
        self.database_url = environment.get("DATABASE_URL", "")
        self._output = data_dir.parent / f"{data_dir.name}.output"
        self._log = data_dir.parent / f"{data_dir.name}.log"
        with self._output.open("w") as output, self._log.open("w") as log:
            self.process = subprocess.Popen(
                ["make", "run", f"ARGS=--users {users}"],
                cwd=CHECKOUT,
                env=own_environment(DATA_DIR=str(data_dir), PORT=str(port), **environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                process_group=0,
            )

    @property
    def output(self) -> str:
        """What it said about itself, without make's own lines."""
        text = self._output.read_text()
        return text[text.find("Profiledesk: ") :] if "Profiledesk: " in text else text

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def document(self) -> dict:
        return json.loads((self.data_dir / ".demo.json").read_text())

    def wait(self) -> DemoServer:
        """Until it serves."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output + self.log
            try:
                with urllib.request.urlopen(f"{self.local_url}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                    return self
            except OSError:  # not there yet, or too busy to answer
                time.sleep(0.1)
        raise AssertionError(self.output + self.log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """As Ctrl-C does: the signal goes to all of the terminal's processes."""
        if self.is_running:
            os.killpg(self.process.pid, how)
        self.process.wait(STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS
        while self.is_running and time.monotonic() < deadline:
            time.sleep(0.05)

    def clean_up(self) -> None:
        """Whatever a failed test left."""
        if self.is_running:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def is_running(self) -> bool:
        """Whether any process of the group is left."""
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True
