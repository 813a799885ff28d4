"""Files that only their owner may read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace the file atomically with `text`, mode 0600: no reader ever sees half of it."""
    # In the same directory, since a rename is atomic within one file system only.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # created with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            # Before the rename, or a crash could leave an empty file under the final name.
            os.fsync(file.fileno())
        Path(name).replace(path)
    # Ctrl-C as well must not leave a file with secrets behind.
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
