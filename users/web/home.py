"""`/`: redirect to the page that fits the visitor."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from users.rights.visible import PROFILE, visible
from users.web.actors import staff


def home(request: HttpRequest) -> HttpResponse:
    """Redirect staff to the dashboard, other users to their profile, and visitors to the sign-in page."""
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    # Staff without the right to view users would meet a 403 on the dashboard.
    may_enter = request.user.is_staff and visible(staff(request), PROFILE)
    return redirect("admin:users_user_changelist" if may_enter else "profile")
