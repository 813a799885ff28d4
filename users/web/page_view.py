"""What every page does before and after its own business: name who acts, and answer refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from users.actions.errors import ChangeNotFound, UserNotFound
from users.models import User
from users.rights.actor import Actor
from users.rights.errors import Denied

View = Callable[..., HttpResponseBase]
# The user, or what is to be undone, was deleted between the page and the button.
GONE = (UserNotFound, User.DoesNotExist, ChangeNotFound)


class PageRequest(HttpRequest):
    """A request as `page_view` hands it on. `actor` is who acts; `subject` the user that the page is about,
    once it has found one."""

    actor: Actor
    subject: User | None


def page_request(request: HttpRequest) -> PageRequest:
    """The same request, for the type checker, where Django's signature says less."""
    return cast(PageRequest, request)


def page_view(
    view: View,
    *,
    actor_of: Callable[[HttpRequest], Actor],
    when_gone: Callable[[PageRequest], HttpResponseBase],
) -> View:
    """The view with `request.actor`, made once. Where the view raises Denied the answer is 403 with the
    reason, and where a user is gone what `when_gone` says."""

    @wraps(view)
    def answer(request: PageRequest, *args: Any, **parts: Any) -> HttpResponseBase:
        request.actor, request.subject = actor_of(request), None
        try:
            return view(request, *args, **parts)
        except Denied as denied:
            raise PermissionDenied(denied.reason) from None
        except GONE:
            return when_gone(request)

    return answer
