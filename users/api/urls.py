"""Addresses, from the table of endpoints. What is not there is a 404 in JSON."""

from __future__ import annotations

import re

from django.urls import path, re_path

from users.api.endpoints import ENDPOINTS
from users.api.views.docs import docs
from users.api.views.nothing import NothingView
from users.api.views.openapi import OpenAPIView


def _route(template: str) -> str:
    # A person's id may hold a slash, which arrives decoded: hence `path`.
    route = template.removeprefix("/").replace("{user_id}", "<path:user_id>")
    return re.sub(r"{(\w+)}", r"<str:\1>", route)


urlpatterns = [
    path("openapi.json", OpenAPIView.as_view(endpoints=ENDPOINTS), name="openapi"),
    path("docs/", docs, {"endpoints": ENDPOINTS}, name="api_docs"),
    *(path(_route(template), view.as_view()) for template, view in ENDPOINTS.items()),
    re_path("", NothingView.as_view()),
]
