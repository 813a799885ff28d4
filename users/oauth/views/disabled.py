"""Endpoints of Auth0 that are not offered, and whose callers expect OAuth errors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from users.oauth.server import server


@csrf_exempt  # nothing happens
@sensitive_post_parameters()
def endpoint_disabled(request: HttpRequest) -> HttpResponse:
    """Answer as Auth0 does where a legacy endpoint or the passkey API is turned off, by any method."""
    body = {"error": "endpoint_disabled", "error_description": f"{request.path_info} is not offered."}
    return server.handle_response(404, body, [])
