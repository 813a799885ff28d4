"""The types of events, with descriptions.

Source: Auth0 docs, "Log Event Type Codes". Types of events that cannot happen here are not listed.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

# Writes in the dashboard have the same type, as with Auth0.
API_WRITE, API_FAILED, API_READ = "sapi", "fapi", "mgmt_api_read"

SIGN_INS = {
    "s": gettext_noop("Signed in"),
    "fp": gettext_noop("Failed sign-in: wrong password"),
    "fu": gettext_noop("Failed sign-in: no such user"),
    "f": gettext_noop("Failed sign-in"),
    "w": gettext_noop("Warning during sign-in"),
    "ssa": gettext_noop("Signed in silently"),
    "fsa": gettext_noop("Failed silent sign-in"),
    "slo": gettext_noop("Signed out"),
    "limit_wc": gettext_noop("Account locked out: too many wrong passwords"),
    "limit_mu": gettext_noop("IP address locked out: too many failed sign-ins"),
    "ublkdu": gettext_noop("Lockout cleared"),
}
SECOND_FACTORS = {
    "gd_auth_succeed": gettext_noop("Second factor accepted"),
    "gd_auth_failed": gettext_noop("Wrong second-factor code"),
    "gd_recovery_succeed": gettext_noop("Recovery code used"),
    "gd_recovery_failed": gettext_noop("Wrong recovery code"),
    "gd_otp_rate_limit_exceed": gettext_noop("Too many wrong second-factor codes"),
    "mfar": gettext_noop("Second factor required"),
    "gd_enrollment_complete": gettext_noop("Second factor added"),
    "gd_unenroll": gettext_noop("Second factor removed"),
}
ACCOUNTS = {
    "ss": gettext_noop("Signed up"),
    "fs": gettext_noop("Failed sign-up"),
    "scp": gettext_noop("Password changed"),
    "fcp": gettext_noop("Failed password change"),
    "scpr": gettext_noop("Password reset sent"),
    "fcpr": gettext_noop("Password reset requested for an unknown email"),
    "sv": gettext_noop("Email address confirmed"),
    "fv": gettext_noop("Failed email confirmation"),
    "sdu": gettext_noop("User deleted by the owner"),
}
TOKENS = {
    "sepft": gettext_noop("Token issued for a password"),
    "fepft": gettext_noop("Failed token request with a password"),
    "seacft": gettext_noop("Token issued for an authorization code"),
    "feacft": gettext_noop("Failed token request with an authorization code"),
    "feotpft": gettext_noop("Failed token request with a one-time password"),
    "fercft": gettext_noop("Failed token request with a recovery code"),
    "sertft": gettext_noop("Token issued for a refresh token"),
    "fertft": gettext_noop("Failed token request with a refresh token"),
    "ferrt": gettext_noop("Refresh token used again after it was replaced"),
    "srrt": gettext_noop("Refresh token revoked"),
    "seccft": gettext_noop("Token issued to a client"),
    "feccft": gettext_noop("Failed token request by a client"),
}
API = {
    API_WRITE: gettext_noop("Change through the API or dashboard"),
    API_FAILED: gettext_noop("Failed API call"),
    API_READ: gettext_noop("Read through the API"),
    "api_limit": gettext_noop("Too many API calls"),
}
GROUPS = {
    gettext_noop("Sign-in"): SIGN_INS,
    gettext_noop("Second factors"): SECOND_FACTORS,
    gettext_noop("Users"): ACCOUNTS,
    gettext_noop("Tokens"): TOKENS,
    "API": API,
}
DESCRIPTIONS = {code: words for group in GROUPS.values() for code, words in group.items()}
# The types that the page marks as failures.
FAILURE_TYPES = frozenset(
    {"f", "fp", "fu", "fs", "fsa", "fcp", "fcpr", "fv", "fepft", "feacft", "feccft", "feotpft", "fercft"}
    | {"fertft", "ferrt", API_FAILED, "gd_auth_failed", "gd_recovery_failed", "gd_otp_rate_limit_exceed"}
    | {"limit_wc", "limit_mu", "api_limit"}
)
