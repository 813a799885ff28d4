"""`/`: redirect to the page that fits the visitor."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """Redirect staff to the dashboard, other users to their profile, and visitors to the sign-in page."""
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    return redirect("admin:index" if request.user.is_staff else "profile")
