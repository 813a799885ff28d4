"""Which addresses answer JSON."""

from __future__ import annotations

_JSON = ("/api/", "/oauth/", "/.well-known/")


def is_api(path: str) -> bool:
    """Whether programs, not people, ask here: errors are JSON then."""
    return path.startswith(_JSON)
