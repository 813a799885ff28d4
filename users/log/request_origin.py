"""Where the request at hand comes from, for every event that it brings about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RequestOrigin:
    """Empty where it is unknown, and everywhere outside of requests."""

    ip: str = ""
    user_agent: str = ""
    hostname: str = ""
    request_id: str = ""


_current: ContextVar[RequestOrigin] = ContextVar("origin", default=RequestOrigin())  # noqa: B039 - frozen


def current_origin() -> RequestOrigin:
    """That of the request at hand."""
    return _current.get()


@contextmanager
def use_origin(origin: RequestOrigin) -> Iterator[None]:
    """Within, events are noted as coming from there."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
