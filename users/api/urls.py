"""Addresses, from the table of endpoints. What is not there is a 404 in JSON."""

from __future__ import annotations

import re

from django.urls import path, re_path

from users.api.endpoints import ENDPOINTS
from users.api.views.docs import docs
from users.api.views.nothing import NothingView
from users.api.views.openapi import OpenAPIView

# What may hold a slash, which arrives decoded: the ids of people, and audiences.
WITH_SLASHES = ("user_id", "identity_id", "resource_server_id")


def _route(template: str) -> str:
    route = template.removeprefix("/")
    for name in WITH_SLASHES:
        route = route.replace(f"{{{name}}}", f"<path:{name}>")
    return re.sub(r"{(\w+)}", r"<str:\1>", route)


urlpatterns = [
    path("openapi.json", OpenAPIView.as_view(endpoints=ENDPOINTS), name="openapi"),
    path("docs/", docs, {"endpoints": ENDPOINTS}, name="api_docs"),
    *(path(_route(template), view.as_view()) for template, view in ENDPOINTS.items()),
    re_path("", NothingView.as_view()),
]
