"""A name for each request, in answers, in the log and in the record of changes."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from users.web.request import Request

# What a caller may choose; anything else would let them write into our log.
ACCEPTED = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
# Auth0's own name for it comes second.
HEADERS = ("X-Request-ID", "X-Correlation-ID")

_current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdMiddleware:
    """Takes the caller's `X-Request-ID` or makes one, and gives it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.request_id = _requested_id(request) or secrets.token_hex(16)
        token = _current.set(request.request_id)
        try:
            response = self._get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = request.request_id
        return response


class RequestIdFilter(logging.Filter):
    """Puts the id of the current request into each line of the log, and keeps a message one
    line: what callers send may not pass for a line of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django writes of a refused request once its context is gone, but names the request.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or _current.get()
        record.msg = "".join(c if c.isprintable() else repr(c)[1:-1] for c in record.getMessage())
        record.args = None
        if record.name.startswith("django.security."):  # what Django refuses of a client
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if record.levelno < logging.ERROR:
            record.exc_info = None  # a refusal is no fault: one line is enough
        return True


def _requested_id(request: HttpRequest) -> str | None:
    for header in HEADERS:
        value = request.headers.get(header, "")[:64]
        if ACCEPTED.fullmatch(value):
            return value
    return None
