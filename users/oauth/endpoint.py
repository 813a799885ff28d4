"""What the endpoints beside `/oauth/token` share: methods, and errors in the form of OAuth."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from authlib.oauth2 import OAuth2Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from users.oauth.server import server

View = Callable[..., HttpResponse]


def oauth_endpoint(*methods: str) -> Callable[[View], View]:
    """Wrap a view: other methods are 405, and what it raises as OAuth2Error is the answer."""

    def wrap(view: View) -> View:
        @csrf_exempt  # no cookie is read, so there is nothing to forge
        @sensitive_post_parameters()
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                allowed = ", ".join(methods)
                body = {"error": "method_not_allowed", "error_description": f"Use {allowed}."}
                return server.handle_response(405, body, [("Allow", allowed)])
            try:
                return view(request, *args, **kwargs)
            except OAuth2Error as error:
                return server.handle_response(*error())

        return answer

    return wrap
