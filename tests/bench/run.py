"""`make bench` itself, for the tests of it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.management.demo_server import CHECKOUT, own_environment


def run_bench(arguments: str, folder: Path) -> tuple[str, Any]:
    """What a run prints, and what it writes."""
    file = folder / "figures.json"
    finished = subprocess.run(
        ["make", "bench", f"ARGS={arguments} --json {file}"],
        cwd=CHECKOUT,
        env=own_environment(DATABASE_URL=os.environ.get("DATABASE_URL", "")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout, json.loads(file.read_text())
