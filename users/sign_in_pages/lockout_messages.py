"""Error messages of the sign-in pages during a lockout."""

from __future__ import annotations

import math

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

# The codes of allauth's own errors.
ERROR_CODES = ("too_many_login_attempts", "rate_limited")


def lockout_error(seconds: int) -> ValidationError:
    """Return the error for a form, which says when to try again."""
    text = gettext("Too many failed sign-in attempts. Try again in %(wait)s.")
    return ValidationError(text, code=ERROR_CODES[0], params={"wait": _format_duration(seconds)})


def _format_duration(seconds: int) -> str:
    """Return "45 seconds" or "3 minutes", rounded up: a user who comes a second early is refused."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
