"""`/`: redirect to the page that fits the visitor. `/favicon.ico`: redirect to the icon."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect browsers that ask for the icon of the site by its old name, as they do for JSON."""
    response = redirect(static("users/img/mark.svg"))
    response["Cache-Control"] = "public, max-age=86400"
    return response


def home(request: HttpRequest) -> HttpResponse:
    """Redirect staff to the dashboard, other users to their profile, and visitors to the sign-in page."""
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    return redirect("admin:index" if request.user.is_staff else "profile")
