"""The exception that carries an API error."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """An error response; raised anywhere under `/api/v2`, rendered as Auth0's envelope."""

    def __init__(self, status: int, message: str, code: str | None = None, **more: Any) -> None:
        self.status = status
        self.message = message
        self.code = code
        self.more = more
        super().__init__(message)
