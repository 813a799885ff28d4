"""What the type checker says of the code, and what it is kept from saying."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path


def count_type_errors(root: Path) -> int:
    """The errors that mypy finds. Raises RuntimeError where it does not run to the end."""
    command = [sys.executable, "-m", "mypy"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if last.startswith("Success"):
        return 0
    found = re.match(r"Found (\d+) error", last)
    if found is None:
        raise RuntimeError(f"mypy did not finish: {done.stdout}{done.stderr}")
    return int(found[1])


def count_ignores(root: Path) -> int:
    files = [path for package in ("users", "config") for path in (root / package).rglob("*.py")]
    return sum(path.read_text().count("# type: ignore") for path in files)


def unchecked_rooms(root: Path) -> list[str]:
    """The rooms that `pyproject.toml` exempts."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["mypy"]
    exempt = [each["module"] for each in settings["overrides"] if each.get("ignore_errors")]
    return [name.removeprefix("users.").removesuffix(".*") for names in exempt for name in names]
