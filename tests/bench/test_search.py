"""The bench of searches, among few people and in a hurry: each class, ours and by hand."""

from __future__ import annotations

import json
import os
import subprocess

from tests.bench.search_classes import SEARCHES
from tests.management.demo_server import CHECKOUT, own_environment


def test_each_class_is_measured_at_each_size(tmp_path):
    file = tmp_path / "figures.json"
    finished = subprocess.run(
        ["make", "bench", f"ARGS=search --users 100 300 --rounds 1 --json {file}"],
        cwd=CHECKOUT,
        env=own_environment(DATABASE_URL=os.environ.get("DATABASE_URL", "")),
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    figures = json.loads(file.read_text())
    assert [(figure["people"], figure["search"]) for figure in figures] == [
        (people, search.name) for people in (100, 300) for search in SEARCHES
    ]
    assert all(min(figure["whole"], figure["ours"], figure["hand"]) > 0 for figure in figures)
    printed = [line.split()[0] for line in finished.stdout.splitlines() if line.strip()]
    assert (printed.count("100"), printed.count("300")) == (len(SEARCHES), len(SEARCHES))
