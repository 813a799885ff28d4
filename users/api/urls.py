"""Routes of the Management API, from the table of endpoints. Any other path is a 404 in JSON."""

from __future__ import annotations

import re

from django.urls import path, re_path, register_converter

from users.api.endpoints import ENDPOINTS
from users.api.unencoded import unencoded_ids
from users.api.views.docs import docs
from users.api.views.nothing import NothingView
from users.api.views.openapi import OpenAPIView
from users.web.encoded_path import Part, Parts

register_converter(Part, "part")
register_converter(Parts, "parts")

# Ids that may hold a `/`: those of users and of their identities, and audiences.
MAY_HOLD_SLASHES = ("user_id", "identity_id", "resource_server_id")


def _route(template: str) -> str:
    return re.sub(r"{(\w+)}", r"<part:\1>", template.removeprefix("/"))


def _unencoded_route(template: str) -> str:
    route = _route(template)
    for name in MAY_HOLD_SLASHES:
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
urlpatterns += [
    path("<path:path>", unencoded_ids(UNENCODED)),
    re_path("", NothingView.as_view()),
]
