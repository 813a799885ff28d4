"""Types are checked by mypy (`make check`), everywhere and strictly. What is exempt stays exempt by name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
MYPY = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["mypy"]
IGNORED_ERROR = re.compile(r"# type: ignore(?P<code>\[[a-z-]+\])?(?P<reason>  # \S.+)?")
# What libraries without types need.
ALLOWED_OVERRIDES = {"module", "follow_untyped_imports", "ignore_missing_imports", "disallow_untyped_calls"}


def test_every_room_is_checked_strictly():
    used = {setting for override in MYPY["overrides"] for setting in override}

    assert MYPY["strict"]
    assert MYPY["files"] == ["manage.py", "config", "users"]
    assert used <= ALLOWED_OVERRIDES


def test_each_ignored_error_has_its_code_and_a_reason():
    files = [path for room in ("config", "users") for path in sorted((CHECKOUT / room).rglob("*.py"))]
    ignored = [
        (f"{path.relative_to(CHECKOUT)}:{number}", IGNORED_ERROR.search(line))
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "type: ignore" in line
    ]

    assert ignored, "the pattern finds none"
    assert not [place for place, found in ignored if not (found and found["code"] and found["reason"])]
