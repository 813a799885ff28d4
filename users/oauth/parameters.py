"""What a request must name."""

from __future__ import annotations

from users.oauth.errors import TokenError


def required_parameter(given: dict[str, str], name: str) -> str:
    """Raises TokenError where it is missing or empty."""
    if not given.get(name):
        raise TokenError("invalid_request", f"Missing required parameter: {name}", 400)
    return given[name]
