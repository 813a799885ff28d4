"""The IP address of the end user, for counting attempts and for the log."""

from __future__ import annotations

from ipaddress import ip_address

from users.oauth.requests import TokenRequest

# Source: Auth0 docs, "Avoid Common Issues with Resource Owner Password Flow and Attack Protection".
HEADER = "Auth0-Forwarded-For"


def caller_ip(request: TokenRequest) -> str | None:
    """Return the IP address of the end user, or None for a local socket.

    The header counts for confidential clients alone, which have proved who they are: a public client is
    in the hands of its user, who could send another IP address with each guess of a password.
    """
    if request.auth_method != "none":
        try:
            return str(ip_address(request.headers.get(HEADER, "").strip()))
        except ValueError:
            pass
    return request.ip
