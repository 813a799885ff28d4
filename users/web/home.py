"""`/`: everyone to where they belong."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from users.rights.visible import PROFILE, visible
from users.web.actors import staff


def home(request: HttpRequest) -> HttpResponse:
    """Staff to the dashboard, others to their own page, visitors to the sign-in."""
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    may_enter = request.user.is_staff and visible(staff(request), PROFILE)
    return redirect("admin:users_user_changelist" if may_enter else "profile")
