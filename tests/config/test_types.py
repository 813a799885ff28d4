"""Types are checked by mypy (`make check`). What is exempt from that is limited here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
OVERRIDES = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
IGNORED_ERROR = re.compile(r"# type: ignore(?P<code>\[[a-z-]+(?:, [a-z-]+)*\])?(?P<reason>  # \S.+)?")


def test_every_room_is_checked():
    """Only migrations are not: their functions take historical models, of which no types are known."""
    unchecked = [
        name for override in OVERRIDES if override.get("ignore_errors") for name in override["module"]
    ]

    assert unchecked == ["users.migrations.*"]


def test_each_error_that_is_ignored_is_named_and_has_its_reason():
    files = [path for room in ("config", "users") for path in sorted((CHECKOUT / room).rglob("*.py"))]
    ignored = [
        (f"{path.relative_to(CHECKOUT)}:{number}", IGNORED_ERROR.search(line))
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "type: ignore" in line
    ]

    assert ignored, "the pattern finds none"
    assert not [place for place, found in ignored if not (found and found["code"] and found["reason"])]
