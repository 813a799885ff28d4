"""Which API a token is asked for."""

from __future__ import annotations

from users.models import ResourceServer
from users.oauth.errors import TokenError
from users.oauth.parameters import required_parameter


def requested_server(given: dict[str, str]) -> ResourceServer:
    """The API that `audience` names. Raises TokenError."""
    audience = required_parameter(given, "audience")
    server = ResourceServer.objects.for_audience(audience)
    if server is None:
        raise TokenError("access_denied", f"Service not found: {audience}", 403)
    return server
