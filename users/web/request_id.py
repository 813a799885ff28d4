"""A request id, in responses, the log and history."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from users.web.request import Request

# What a client may choose: line breaks or control characters would let it forge log lines. The ids of jobs
# are reserved: history carries them as request ids, and the undo of a job finds its changes by them.
ACCEPTED = re.compile(r"(?!job_)[A-Za-z0-9._:/+=-]{1,64}")
# Auth0's own name for it comes second.
HEADERS = ("X-Request-ID", "X-Correlation-ID")

_current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdMiddleware:
    """Take the client's `X-Request-ID` or generate one, and return it in the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.request_id = _requested_id(request) or secrets.token_hex(16)
        # A context variable, so that log lines written far from the request still carry its id.
        token = _current.set(request.request_id)
        try:
            response = self._get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = request.request_id
        return response


class RequestIdFilter(logging.Filter):
    """Add the id of the current request to each log record and escape line breaks in its message.

    Text that clients send can therefore not pass for a log line of ours.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a refused request after this middleware has reset the context, but attaches the
        # request.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or _current.get()
        record.msg = "".join(c if c.isprintable() else repr(c)[1:-1] for c in record.getMessage())
        record.args = None
        if record.name.startswith("django.security."):  # a bad request is the client's mistake
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if record.levelno < logging.ERROR:
            record.exc_info = None  # a refused request is no fault of ours: no traceback
        return True


def _requested_id(request: HttpRequest) -> str | None:
    for header in HEADERS:
        value = request.headers.get(header, "")[:64]
        if ACCEPTED.fullmatch(value):
            return value
    return None
