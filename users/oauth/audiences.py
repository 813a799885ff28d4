"""The `audience` parameter: the API for which a token is requested."""

from __future__ import annotations

from users.models import ResourceServer
from users.oauth.errors import TokenError
from users.oauth.parameters import required_parameter


def requested_server(parameters: dict[str, str]) -> ResourceServer:
    """Return the API that `audience` names. Raises TokenError where it is missing or unknown."""
    audience = required_parameter(parameters, "audience")
    server = ResourceServer.objects.for_audience(audience)
    if server is None:
        raise TokenError("access_denied", f"Service not found: {audience}", 403)
    return server
