"""From a request to whoever acts in it."""

from __future__ import annotations

from django.http import HttpRequest

from users.rights import actor
from users.rights.actor import Actor
from users.web.client_ip import recorded_ip


def staff(request: HttpRequest) -> Actor:
    """The staff member at the dashboard."""
    return actor.staff_actor(request.user, request_id=request.request_id, ip=recorded_ip(request))


def owner(request: HttpRequest) -> Actor:
    """The person on their own page."""
    return actor.owner_actor(request.user, request_id=request.request_id, ip=recorded_ip(request))
