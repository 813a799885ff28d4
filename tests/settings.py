"""The settings under test: the project's own, with what a test run must not ask anybody for."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "only for tests, 50 characters long: " + "x" * 20)
os.environ.setdefault("EMAIL_URL", "memorymail://")

from config.settings import *  # noqa: F403

# Static files are looked up where they are, since nobody has collected them.
WHITENOISE_AUTOREFRESH = True
