"""The key of an installation that was given none: made once, kept beside the database.

Settings read it from there. They need it to start, so this is done before them.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from users.management.demo.private_file import write_private

FILE_NAME = ".secret_key"


def make_key(data_dir: Path) -> None:
    """Make the file unless it is there."""
    path = data_dir / FILE_NAME
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        write_private(path, secrets.token_urlsafe(64) + "\n")
