"""The refusals of the sign-in transaction as OAuth errors, with Auth0's statuses and texts."""

from __future__ import annotations

from users.oauth.errors import SignInRefused, TokenError
from users.sign_in.outcomes import Reason, RedirectRequired, Refused


def sign_in_error(refused: Refused | RedirectRequired) -> TokenError:
    """Translate an outcome of the transaction. Whatever is not translated by name is refused."""
    match refused:
        case Refused(Reason.WRONG_CREDENTIALS):
            # One answer for an unknown user and a wrong password, against user enumeration. Auth0's status;
            # RFC 6749 has 400.
            return SignInRefused("invalid_grant", "Wrong email or password.", 403)
        case Refused(Reason.LOCKED_OUT, seconds=seconds):
            text = "Too many failed sign-ins. Wait, then try again."
            return SignInRefused("too_many_attempts", text, 429, headers=[("Retry-After", str(seconds))])
        case Refused(Reason.CONNECTION_NOT_ENABLED):
            # Logged by the endpoint, which limits how often: anyone can send such requests.
            return TokenError("invalid_request", "the connection is not enabled", 400)
        case Refused(Reason.BLOCKED):
            # Only after the right password, so that it says nothing to others.
            return SignInRefused("unauthorized", "user is blocked", 401)
        case Refused(Reason.STAFF_ACCOUNT):
            text = "Accounts with staff rights cannot sign in by this grant. Use the sign-in page."
            return SignInRefused("access_denied", text, 403)
        case Refused(Reason.REDIRECT_UNAVAILABLE):
            text = "A rule sends the user to another site, which this grant cannot. Use the sign-in page."
            return SignInRefused("interaction_required", text, 403)
        case Refused(Reason.DENIED, denial=denial) if denial is not None:
            # Auth0's statuses: a Rule's UnauthorizedError is 401, every other denial 403.
            status = 401 if denial.error == "unauthorized" else 403
            return SignInRefused(denial.error, denial.message, status)
    return SignInRefused("access_denied", "The sign-in was refused.", 403)
