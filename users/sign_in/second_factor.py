"""Check codes of a second factor for programs, by the limits and rules of the sign-in pages."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import quote, urlencode

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from users.log.record import ClientContext, log_event
from users.models import User
from users.sign_in import lockout
from users.sign_in.allauth_internals import (
    count_code,
    normalize_user_code,
    seconds_until_next_code,
    validate_totp_code,
)
from users.throttling.debounce import SHARED, is_first_within

TOTP, RECOVERY_CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
# By type: the log events of a right and of a wrong code.
_LOG_TYPES = {
    TOTP: ("gd_auth_succeed", "gd_auth_failed"),
    RECOVERY_CODES: ("gd_recovery_succeed", "gd_recovery_failed"),
}
_CODE = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)


class WrongCode(Exception):
    """The code is wrong, or was used before."""


class TooManyCodes(Exception):
    """The user has to wait for `seconds`, after too many wrong codes here and on the sign-in pages, or too
    many failures from the IP address."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many codes; wait {seconds} seconds")


def check_code(
    user: User,
    code: str,
    type_: Authenticator.Type,
    *,
    ip: str | None,
    through: ClientContext,
    new_secret: str = "",
) -> None:
    """Accept a code of the user's app, or one of their recovery codes, once. `new_secret` is that of an app
    that is being added, where the user has none yet.

    Raises WrongCode or TooManyCodes. Logged either way.
    """
    context: dict[str, Any] = {"user": user, "ip": ip or "", "through": through}
    # Users type spaces and hyphens between the letters, and small letters for capitals.
    code = re.sub(r"[\s-]", "", code).upper()
    try:
        # With failed sign-ins from the IP address, which is that of the end user.
        attempt = lockout.start_attempt([], ip=ip)
    except lockout.TooManyAttempts as error:
        raise TooManyCodes(error.seconds) from None
    reset = count_code(user.pk)
    if reset is None:
        if is_first_within(60, "second-factor limit", user.pk):
            log_event("gd_otp_rate_limit_exceed", **context)
        raise TooManyCodes(max(1, math.ceil(seconds_until_next_code(user.pk))))
    succeeded, failed = _LOG_TYPES[type_]
    if not _is_right(user, code, type_, new_secret) or not is_unused(user, code):
        log_event(failed, **context)
        raise WrongCode
    attempt.mark_succeeded()
    reset()
    log_event(succeeded, **context)


def otpauth_uri(user: User, secret: str) -> str:
    """Return the `otpauth:` URL from which an authenticator app reads the secret, usually as a QR code."""
    adapter = get_adapter()
    issuer, label = adapter.get_totp_issuer(), adapter.get_totp_label(user)
    query = {
        **{"secret": secret, "issuer": issuer, "algorithm": "SHA1"},
        **{"digits": app_settings.TOTP_DIGITS, "period": app_settings.TOTP_PERIOD},
    }
    return f"otpauth://totp/{quote(issuer)}:{quote(label)}?{urlencode(query, quote_via=quote)}"


def is_unused(user: User, code: str) -> bool:
    """Whether the user gives this code for the first time: a one-time password must not be accepted twice
    (RFC 6238, section 5.2). allauth remembers those of sign-ins for one step; with our tolerance a code is
    valid for three. Compared as allauth compares codes, which ignores punctuation."""
    seconds = app_settings.TOTP_PERIOD * (1 + 2 * app_settings.TOTP_TOLERANCE)
    # In the shared cache: with one in each process, another process would accept the code again.
    return is_first_within(seconds, "second-factor", user.pk, normalize_user_code(code), cache=SHARED)


def _is_right(user: User, code: str, type_: Authenticator.Type, new_secret: str) -> bool:
    if not _CODE.fullmatch(code):
        return False
    if new_secret:
        return bool(validate_totp_code(new_secret, code))
    factor = Authenticator.objects.filter(user=user, type=type_).first()
    if factor is None or not factor.wrap().validate_code(code):
        return False
    factor.record_usage()
    return True
