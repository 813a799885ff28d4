"""Log API calls in the tenant log, in addition to the changes of users that they make."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from users.conf import conf
from users.log.record import ClientContext, log_event
from users.log.types import API_FAILED, API_READ, API_WRITE
from users.throttling.debounce import is_first_within
from users.tokens.verify import Caller, MachineCaller, UserCaller

Handler = Callable[..., Response]
# Rate-limited calls are logged elsewhere, and an overloaded database should not get more writes.
UNLOGGED_STATUSES = frozenset({429, 503})


def log_write(handler: Handler) -> Handler:
    """The same, with an entry in the log: both or neither."""

    @wraps(handler)
    def both(view: Any, request: Request, **parts: Any) -> Response:
        with transaction.atomic():
            response = handler(view, request, **parts)
            _log(API_WRITE, view, response.status_code)
        return response

    return both


def log_response(view: Any, response: Response) -> None:
    """Log a write that failed, once a second for each caller: they may send as many as they like.
    Reads only where LOG_API_READS asks for them."""
    status, is_read = response.status_code, view.request.method in ("GET", "HEAD")
    # Anyone may send unauthenticated requests: logging them would let strangers fill the log.
    if view.caller is None or status in UNLOGGED_STATUSES:
        return
    if is_read and status < 400 and conf.log_api_reads:
        _log(API_READ, view, status)
    if not is_read and status >= 400 and is_first_within(1, "failed", _through(view.caller)):
        _log(API_FAILED, view, status)


def _log(type_: str, view: Any, status: int) -> None:
    request = view.request
    operation = view.operation(request.method)
    log_event(
        type_,
        user=view.caller.user if isinstance(view.caller, UserCaller) else None,
        through=_through(view.caller),
        description=operation.summary if operation else "",
        details={
            "request": {
                "id": request.request_id,
                "channel": "api",
                "method": request.method,
                # Quoted and shortened: the client chooses it.
                "path": quote(request.path)[:500],
            },
            "response": {"statusCode": status},
        },
    )


def _through(caller: Caller) -> ClientContext:
    name = caller.name if isinstance(caller, MachineCaller) else ""
    return ClientContext(client_id=caller.client_id, client_name=name)
