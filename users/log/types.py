"""The types of events, with descriptions.

Source: Auth0 docs, "Log Event Type Codes". Types of events that cannot happen here are not listed.
"""

from __future__ import annotations

# Writes in the dashboard have the same type, as with Auth0.
API_WRITE, API_FAILED, API_READ = "sapi", "fapi", "mgmt_api_read"

SIGN_INS = {
    "s": "Signed in",
    "fp": "Failed sign-in: wrong password",
    "fu": "Failed sign-in: no such account",
    "f": "Failed sign-in",
    "slo": "Signed out",
    "limit_wc": "Account locked out: too many wrong passwords",
    "limit_mu": "IP address locked out: too many failed sign-ins",
    "ublkdu": "Lockout cleared",
}
SECOND_FACTORS = {
    "gd_auth_succeed": "Second factor given",
    "gd_auth_failed": "Wrong code of a second factor",
    "gd_recovery_succeed": "Recovery code given",
    "gd_enrollment_complete": "Second factor added",
    "gd_unenroll": "Second factor removed",
}
ACCOUNTS = {
    "ss": "Signed up",
    "scp": "Password changed",
    "fcp": "Failed change of password",
    "scpr": "Password reset sent",
    "fcpr": "Password reset requested for an unknown email",
    "sv": "Email address confirmed",
    "fv": "Failed confirmation of an email address",
    "sdu": "User deleted by the owner",
}
TOKENS = {
    "sepft": "Token for a password",
    "fepft": "Failed token request with a password",
    "seccft": "Token for a client",
    "feccft": "Failed token request of a client",
}
API = {
    API_WRITE: "Change by API or staff",
    API_FAILED: "Failed API call",
    API_READ: "Read by API",
    "api_limit": "Too many API calls",
}
GROUPS = {
    "Sign-in": SIGN_INS,
    "Second factors": SECOND_FACTORS,
    "Accounts": ACCOUNTS,
    "Tokens": TOKENS,
    "API": API,
}
DESCRIPTIONS = {code: words for group in GROUPS.values() for code, words in group.items()}
# The types that the page marks as failures.
FAILURE_TYPES = frozenset(
    {"f", "fp", "fu", "fcp", "fcpr", "fv", "fepft", "feccft", API_FAILED, "gd_auth_failed"}
    | {"limit_wc", "limit_mu", "api_limit"}
)
