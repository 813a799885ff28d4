"""`/openapi.json`: the OpenAPI document."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.openapi import build_document
from users.api.framework.operation import Operation
from users.api.framework.view import View


class OpenAPIView(View):
    """Public: it contains no user data. `endpoints` comes from the URL configuration."""

    endpoints: ClassVar[dict[str, type[View]]] = {}
    operations = {"GET": Operation("This description", scopes=None, success=200)}

    def get(self, request: Request) -> Response:
        return Response(build_document(self.endpoints))
