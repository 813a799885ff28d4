"""How the tests are divided among databases."""

from __future__ import annotations

import subprocess
import sys

from tests.suites import TESTS


def test_what_passes_alike_on_every_database_can_be_left_out():
    left_out = ["tests/crypto/test_signer.py", "tests/lucene/test_parser.py", "tests/sdk/test_errors.py"]
    modules = [*left_out, "tests/sdk/test_users.py", "tests/test_suites.py"]
    run = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "not one_database", *modules]

    listed = subprocess.run(run, cwd=TESTS.parent, capture_output=True, text=True, check=True).stdout

    assert {line.partition("::")[0] for line in listed.splitlines() if "::" in line} == set(modules[3:])
