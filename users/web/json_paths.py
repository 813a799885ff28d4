"""Decide by path whether a response is JSON."""

from __future__ import annotations

_OAUTH = ("/oauth/", "/userinfo", "/mfa/", "/co/", "/dbconnections/", "/usernamepassword/")
_JSON = ("/api/", *_OAUTH, "/.well-known/")


def is_api(path: str) -> bool:
    """Whether API clients, not browsers, call this path: errors are JSON then."""
    return path.startswith(_JSON)


def is_oauth(path: str) -> bool:
    """Whether errors have OAuth's form. These endpoints need no token, so their bodies are small."""
    return path.startswith(_OAUTH)
