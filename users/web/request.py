"""What our middleware adds to Django's request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:  # the settings of logging import this module, before there are models
    from users.availability.outage import Outage


class Request(HttpRequest):
    """A request as our middleware hands it on, for the type checker: with `request_id`, and with the
    `outage` that it was answered 503 for."""

    request_id: str
    outage: Outage | None


def request_id_of(request: HttpRequest) -> str:
    """The id that `RequestIdMiddleware` gave the request."""
    request_id: str = request.request_id  # type: ignore[attr-defined]  # set by the middleware
    return request_id
