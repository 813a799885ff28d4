"""Routes of the Management API, from the table of endpoints. Any other path is a 404 in JSON."""

from __future__ import annotations

import re

from django.urls import path, re_path, register_converter

from users.api.endpoints import ENDPOINTS
from users.api.unencoded import unencoded_ids_view
from users.api.views.docs import docs
from users.api.views.not_found import NotFoundView
from users.api.views.openapi import OpenAPIView
from users.web.encoded_path import PathPartConverter, PathPartsConverter

register_converter(PathPartConverter, "part")
register_converter(PathPartsConverter, "parts")

# Path parameters that may contain `/`: user ids, identity ids and audiences.
SLASH_PARAMETERS = ("user_id", "identity_id", "resource_server_id")


def _route(template: str) -> str:
    return re.sub(r"{(\w+)}", r"<part:\1>", template.removeprefix("/"))


def _unencoded_route(template: str) -> str:
    route = _route(template)
    for name in SLASH_PARAMETERS:
        route = route.replace(f"<part:{name}>", f"<parts:{name}>")
    return route


urlpatterns = [
    path("openapi.json", OpenAPIView.as_view(endpoints=ENDPOINTS), name="openapi"),
    path("docs/", docs, {"endpoints": ENDPOINTS}, name="api_docs"),
    *(path(_route(template), view.as_view()) for template, view in ENDPOINTS.items()),
]
UNENCODED = [
    path(route, view.as_view())
    for template, view in ENDPOINTS.items()
    if (route := _unencoded_route(template)) != _route(template)
]
# Last, so that a `/` separates wherever a route matches.
urlpatterns += [
    path("<path:path>", unencoded_ids_view(UNENCODED)),
    # `path` needs at least one character; this matches the bare prefix.
    re_path("", NotFoundView.as_view()),
]
