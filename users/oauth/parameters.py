"""Required parameters of a token request."""

from __future__ import annotations

from users.oauth.errors import TokenError


def required_parameter(parameters: dict[str, str], name: str) -> str:
    """Return the value of a parameter. Raises TokenError where it is missing or empty."""
    if not parameters.get(name):
        raise TokenError("invalid_request", f"Missing required parameter: {name}", 400)
    return parameters[name]
