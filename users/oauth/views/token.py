"""`POST /oauth/token`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from users.oauth.server import server, token_response


@csrf_exempt  # no cookie is read, so there is nothing to forge
@sensitive_post_parameters()
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a token for a grant. Accepts JSON and form bodies."""
    # In OAuth's error format, which Django's decorator for methods does not have.
    if request.method != "POST":
        body = {"error": "method_not_allowed", "error_description": "Use POST."}
        return server.handle_response(405, body, [("Allow", "POST")])
    return token_response(request)
