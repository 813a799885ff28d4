"""Every error of the MFA API, with its status and text.

Source: Auth0 docs, "Manage Authentication Factors With Auth0 MFA API"; its libraries for phones compare some
of the texts.
"""

from __future__ import annotations

from users.oauth.errors import TokenError

# By name: status, error code, description.
_ERRORS = {
    "wrong_otp": (403, "invalid_grant", "Invalid otp_code."),
    "wrong_recovery_code": (403, "invalid_grant", "MFA Authorization rejected."),
    "too_many_codes": (
        429,
        "too_many_attempts",
        "Too many failed codes. Wait for some minutes before retrying.",
    ),
    "unknown_token": (403, "invalid_grant", "Malformed mfa_token"),
    "expired_token": (403, "expired_token", "mfa_token is expired"),
    "foreign_token": (400, "invalid_request", "mfa_token not issued to this client"),
    "no_factor": (
        400,
        "association_required",
        "The user has no authenticator. Add one at /mfa/associate.",
    ),
    "unsupported_type": (
        401,
        "unsupported_challenge_type",
        "None of the requested challenge types is supported: {asked}. Supported: otp.",
    ),
    "no_type": (
        400,
        "invalid_request",
        'Missing required parameter: authenticator_types, a list such as ["otp"]',
    ),
    "unsupported_authenticator": (
        400,
        "invalid_request",
        "None of the requested authenticator types is supported: {asked}. Supported: otp.",
    ),
    "enrolled": (403, "access_denied", "User is already enrolled."),
    "unknown_authenticator": (404, "not_found", "The user has no such authenticator."),
    "stale_sign_in": (403, "access_denied", "Sign in again to remove an authenticator."),
    "protected": (403, "access_denied", "The authenticators of this account are not removed here."),
}


def mfa_error(name: str, *, asked: str = "", retry_after: int = 0) -> TokenError:
    """Return the error of that name; `asked` is what the caller requested, where the text quotes it."""
    status, error, text = _ERRORS[name]
    headers = [("Retry-After", str(retry_after))] if retry_after else []
    return TokenError(error, text.format(asked=asked[:100]), status, headers)
