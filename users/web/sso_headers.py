"""Headers of every answer on the paths of single sign-on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from users.web.sso_paths import is_sso_path

HEADERS = {
    # URLs there carry codes, tokens and the state of a sign-in.
    "Referrer-Policy": "no-referrer",
    # Single-page applications open the pages in a window of their own and wait for its message:
    # `same-origin`, Django's default, would cut the two apart.
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "Cache-Control": "no-store",
}


class SsoHeadersMiddleware:
    """Set the headers of answers on the paths of single sign-on, before Django's middleware sets its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if is_sso_path(request.path_info):
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response
