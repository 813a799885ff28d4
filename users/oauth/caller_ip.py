"""From where somebody signs in."""

from __future__ import annotations

from ipaddress import ip_address

from users.oauth.requests import TokenRequest

# Source: Auth0 docs, "Avoid Common Issues with Resource Owner Password Flow and Attack Protection".
HEADER = "Auth0-Forwarded-For"


def caller_ip(request: TokenRequest) -> str | None:
    """The person's address where a server that has proved who it is passes it on, else that of
    whoever asks: anybody else could make one up and never be counted twice."""
    if request.auth_method != "none":
        try:
            return str(ip_address(request.headers.get(HEADER, "").strip()))
        except ValueError:
            pass
    return request.ip
