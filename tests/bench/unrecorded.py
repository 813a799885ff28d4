"""The product's own writes without their lines in the record of changes, to see what these cost."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from users.actions.account.draft import Draft

_off = ContextVar("unrecorded", default=False)
_note = Draft.note


def unrecorded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same view, but that what it writes is not recorded."""

    @wraps(view)
    def without(request: HttpRequest, **given: Any) -> HttpResponse:
        token = _off.set(True)
        try:
            return view(request, **given)
        finally:
            _off.reset(token)

    return without


def _note_unless_off(draft: Draft, *given: Any, **more: Any) -> None:
    if not _off.get():
        _note(draft, *given, **more)


Draft.note = _note_unless_off
