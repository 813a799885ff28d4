"""Generate SECRET_KEY where none is configured, once, next to the database.

The settings read it from there and cannot be loaded without it, so this runs before them.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from users.management.demo.private_file import write_private

FILE_NAME = ".secret_key"


def make_key(data_dir: Path) -> None:
    """Create the file unless it exists."""
    path = data_dir / FILE_NAME
    # A new key would end all sessions, and secrets encrypted with the old one could not be read any more.
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        # 64 random bytes: it derives both signing and encryption keys.
        write_private(path, secrets.token_urlsafe(64) + "\n")
