"""Error messages of the sign-in pages during a lockout."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from users.web.durations import format_duration

# The codes of allauth's own errors.
ERROR_CODES = ("too_many_login_attempts", "rate_limited")


def lockout_error(seconds: int) -> ValidationError:
    """Return the error for a form, which says when to try again."""
    text = gettext("Too many failed sign-in attempts. Try again in %(wait)s.")
    return ValidationError(text, code=ERROR_CODES[0], params={"wait": format_duration(seconds)})
