"""The settings of the demo, with a post-login hook that demands a second factor of every user."""

from __future__ import annotations

from config.demo_settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.browser.hooked_app.HookedConfig"]  # noqa: F405
