"""The settings under test: the project's own, with what a test run must not ask anybody for."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "only for tests, 50 characters long: " + "x" * 20)
os.environ.setdefault("EMAIL_URL", "memorymail://")
# Seconds. A busy machine must not make a search of a few users fail.
os.environ.setdefault("SEARCH_TIMEOUT", "10")

from config.settings import *  # noqa: F403

# Static files are served from where they are, without collectstatic.
WHITENOISE_AUTOREFRESH = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Argon2 takes longer than most tests. Those of hashes set the hashers themselves.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
