"""Build the `Actor` of a request: who acts, with the request id and IP address that history records."""

from __future__ import annotations

from django.http import HttpRequest

from users.models import User
from users.rights import actor
from users.rights.actor import Actor
from users.web.client_ip import recorded_ip
from users.web.request import request_id_of


def signed_in_user(request: HttpRequest) -> User:
    """The user of a page that only users who are signed in come to."""
    assert isinstance(request.user, User), "the page requires a signed-in user"
    return request.user


def staff(request: HttpRequest) -> Actor:
    """Build the actor for a staff member in the dashboard."""
    user, request_id = signed_in_user(request), request_id_of(request)
    # `recorded_ip`, not `client_ip`: what goes into history follows RECORD_IP.
    return actor.staff_actor(user, request_id=request_id, ip=recorded_ip(request))


def owner(request: HttpRequest) -> Actor:
    """Build the actor for a user on their own profile page."""
    user, request_id = signed_in_user(request), request_id_of(request)
    return actor.owner_actor(user, request_id=request_id, ip=recorded_ip(request))
