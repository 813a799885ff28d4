"""Parameters of a token request: required ones, the API it is for, the IP address of the end user."""

from __future__ import annotations

from ipaddress import ip_address

from users.actions.authorizations.refresh_tokens import Device
from users.models import ResourceServer
from users.oauth.errors import TokenError
from users.oauth.requests import TokenRequest

# Source: Auth0 docs, "Avoid Common Issues with Resource Owner Password Flow and Attack Protection".
FORWARDED_FOR = "Auth0-Forwarded-For"


def required_parameter(parameters: dict[str, str], name: str) -> str:
    """Return the value of a parameter. Raises TokenError where it is missing or empty."""
    if not parameters.get(name):
        raise TokenError("invalid_request", f"Missing required parameter: {name}", 400)
    return parameters[name]


def requested_server(parameters: dict[str, str]) -> ResourceServer:
    """Return the API that `audience` names. Raises TokenError where it is missing or unknown."""
    audience = required_parameter(parameters, "audience")
    server = ResourceServer.objects.for_audience(audience)
    if server is None:
        # Auth0's code and status; RFC 8707 calls the same error `invalid_target`.
        raise TokenError("access_denied", f"Service not found: {audience}", 403)
    return server


def optional_server(parameters: dict[str, str]) -> ResourceServer | None:
    """Return the API that `audience` names, None where it is missing: the tokens open `/userinfo` only.
    Raises TokenError where it is unknown."""
    return requested_server(parameters) if parameters.get("audience") else None


def caller_device(request: TokenRequest) -> Device:
    """Return the end user's IP address and the user agent of the caller."""
    return Device(ip=caller_ip(request), user_agent=request.headers.get("User-Agent", ""))


def caller_ip(request: TokenRequest) -> str | None:
    """Return the IP address of the end user, or None for a local socket.

    The header counts for confidential clients alone, which have proved who they are: a public client is
    in the hands of its user, who could send another IP address with each guess of a password.
    """
    if request.auth_method != "none":
        try:
            return str(ip_address(request.headers.get(FORWARDED_FOR, "").strip()))
        except ValueError:
            # No header, or none that is an IP address: a typing error of a proxy must not refuse sign-ins.
            pass
    return request.ip
