"""Which addresses answer JSON."""

from __future__ import annotations

_OAUTH = "/oauth/"
_JSON = ("/api/", _OAUTH, "/.well-known/")


def is_api(path: str) -> bool:
    """Whether programs, not people, ask here: errors are JSON then."""
    return path.startswith(_JSON)


def is_oauth(path: str) -> bool:
    """Whether errors are in the form of OAuth. Anybody may ask here, so bodies are small."""
    return path.startswith(_OAUTH)
