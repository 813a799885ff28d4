"""The paths of single sign-on. No Django here: the server asks before there are models."""

from __future__ import annotations

# The authorization endpoint, the hosted pages, the return from another site, the sign-in on a page of the
# operator's own, and signing out of applications.
SSO_PATHS = ("/authorize", "/u/", "/continue", "/login/callback", "/oidc/logout", "/v2/logout")


def is_sso_path(path: str) -> bool:
    """Whether the path belongs to single sign-on."""
    return path.startswith(SSO_PATHS)
