"""The origin of the current request, for every event that it causes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class RequestOrigin:
    """Empty where it is unknown, and everywhere outside of requests."""

    ip: str = ""
    user_agent: str = ""
    hostname: str = ""
    request_id: str = ""
    method: str = ""
    path: str = ""
    # The status of the answer if all goes well, where the endpoint has but one.
    success_status: int | None = None


_current: ContextVar[RequestOrigin] = ContextVar("origin", default=RequestOrigin())  # noqa: B039 - frozen


def current_origin() -> RequestOrigin:
    """The origin of the current request."""
    return _current.get()


def expect_status(status: int) -> None:
    """From here on to the end of the request: what its answer will be if it succeeds."""
    _current.set(replace(_current.get(), success_status=status))


@contextmanager
def use_origin(origin: RequestOrigin) -> Iterator[None]:
    """Within the block, events are recorded with this origin."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
