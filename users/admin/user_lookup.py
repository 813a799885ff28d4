"""Look up the user that a page of the dashboard shows."""

from __future__ import annotations

from django.http import Http404

from users.models import User
from users.rights.may import Verb, check
from users.web.page_view import PageRequest


def get_user_or_404(request: PageRequest, object_id: str) -> User:
    """Return the user by primary key or `user_id`. Raises Denied before the lookup."""
    check(request.actor, Verb.VIEW)
    # user_ids contain a pipe, so digits alone are a primary key; longer ones exceed its range.
    is_number = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
    # PostgreSQL refuses NUL in a text, which would answer a mistyped URL with a 500.
    by = {"pk": int(object_id)} if is_number else {"user_id": object_id.replace("\0", "")}
    user = User.objects.with_connection().filter(**by).first()
    if user is None:
        raise Http404
    # For the message where the user is deleted while the page does its work.
    request.subject = user
    return user
