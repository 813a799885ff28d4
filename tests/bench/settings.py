"""The project's own settings, with the plain views beside the project's addresses."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
