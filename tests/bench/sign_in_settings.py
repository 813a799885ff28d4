"""The project's own settings, with the views that `make bench ARGS="sign-in"` needs."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.sign_in_urls"
