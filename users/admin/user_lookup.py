"""The account a page of the dashboard is about."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from users.models import User
from users.rights.visible import PROFILE, visible
from users.web.actors import staff


def get_user_or_404(request: HttpRequest, object_id: str) -> User:
    """By the address's number or by `user_id`. Raises PermissionDenied before looking."""
    if not visible(staff(request), PROFILE):
        raise PermissionDenied("You may not see users.")
    is_number = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
    by = {"pk": int(object_id)} if is_number else {"user_id": object_id.replace("\0", "")}
    user = User.objects.with_connection().filter(**by).first()
    if user is None:
        raise Http404
    return user
