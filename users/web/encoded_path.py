"""Routing on the path as the client encoded it: `/` separates segments and `%2F` belongs to one.

WSGI decodes the path before the application sees it (PEP 3333), after which the two look alike:
`DELETE /users/auth0%7Czz%2Fmultifactor%2Fduo` would remove a second factor of `auth0|zz`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import repercent_broken_unicode

from users.web.json_paths import is_api

# The request target as the client sent it. gunicorn names it RAW_URI; uWSGI, mod_wsgi, waitress
# and cheroot name it REQUEST_URI.
TARGET_NAMES = ("RAW_URI", "REQUEST_URI")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)


class EncodedPathMiddleware:
    """Let the API's routes see `%2F` and `%25` still encoded; everything else is decoded.

    The path converters `part` and `parts` decode what a route captures.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Django's admin encodes keys in its own way, so pages keep the path as WSGI decoded it.
        if is_api(request.path_info):
            request.path_info = encoded_path(request)
        return self._get_response(request)


def encoded_path(request: HttpRequest) -> str:
    """Return the path below the application with `/` inside a segment as `%2F`, and `%` as `%25`.

    Where the server passes no request target, or one that does not match this path (a proxy may have
    rewritten it), each `/` is a separator.
    """
    parts = _raw_path(request).split("/")
    decoded = "/".join(map(_decode, parts))
    prefix = request.path.removesuffix(request.path_info)
    # PATH_INFO is what every other check saw; a target that disagrees with it must not choose the route.
    if decoded != prefix + request.path_info:
        return _encode(request.path_info, slash="/")
    below = parts[1 + prefix.count("/") :]
    return "/" + "/".join(_encode(_decode(part), slash="%2F") for part in below)


def _raw_path(request: HttpRequest) -> str:
    target = next((request.META[name] for name in TARGET_NAMES if name in request.META), "")
    # RFC 9112 lets a client send the absolute form, `GET http://host/path`.
    origin = _ORIGIN.match(target)
    return re.split("[?#]", target[origin.end() :] if origin else target, maxsplit=1)[0]


def _decode(part: str) -> str:
    """As Django decodes a path: bytes that are not UTF-8 stay encoded."""
    return repercent_broken_unicode(unquote_to_bytes(part.encode("latin-1", "replace"))).decode()


def _encode(text: str, *, slash: str) -> str:
    return text.replace("%", "%25").replace("/", slash)


class PathPartConverter:
    """One segment of a path; a `/` within it arrived encoded."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: str) -> str:
        return _encode(value, slash="%2F")


class PathPartsConverter(PathPartConverter):
    """The rest of a path, in which `/` may arrive encoded or not."""

    regex = ".+"
