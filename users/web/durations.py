"""Durations in words."""

from __future__ import annotations

import math

from django.utils.translation import ngettext


def format_duration(seconds: int) -> str:
    """Return "45 seconds" or "3 minutes", rounded up: a user who comes a second early is refused."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
