"""The fallback for paths that do not exist."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.problem import Problem
from users.api.framework.view import View


class NotFoundView(View):
    """404 in the envelope, for any method."""

    # Raised here, before the method is looked up, which would answer 405 and suggest that the path exists.
    def check_permissions(self, request: Request) -> None:
        raise Problem(404, "Not Found")

    def options(self, *args: Any, **kwargs: Any) -> Response:
        raise Problem(404, "Not Found")
