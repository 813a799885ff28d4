"""The entry point of `make run`: set the demo's defaults, then run the command `run_demo`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import environ
from django.core.management import execute_from_command_line

from users.management.demo.key import make_key
from users.metadata.documents import DOCUMENTS

CHECKOUT = Path(__file__).resolve().parents[3]


def main(arguments: list[str]) -> None:
    """Prepare the environment, then run the command in this process."""
    os.umask(0o077)  # other users of this machine must not read the database
    # Read here too, since the settings are not loaded yet and the defaults must not override it.
    if (CHECKOUT / ".env").is_file():
        # Variables of the shell win: `read_env` does not overwrite those that are set.
        environ.Env.read_env(CHECKOUT / ".env")
    if not _get_variable("SECRET_KEY"):
        make_key(Path(_get_variable("DATA_DIR") or CHECKOUT))
    for document in DOCUMENTS:
        setting = f"{document.upper()}_SCHEMA"
        # So that the demo shows forms instead of plain JSON.
        os.environ[setting] = _get_variable(setting) or str(
            Path(__file__).with_name(f"{document}.schema.json")
        )
    # Inherited by the server and the worker.
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.demo_settings"
    execute_from_command_line(["manage.py", "run_demo", *arguments])


def _get_variable(name: str) -> str:
    return os.environ.get(name, "").strip()


if __name__ == "__main__":
    main(sys.argv[1:])
