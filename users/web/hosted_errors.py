"""Error pages that `/authorize` and the hosted pages share."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from users.models import Client


def expired_page(request: HttpRequest, client: Client | None = None) -> HttpResponse:
    """The sign-in was completed, or took too long. `client` is its application, if that is known."""
    context = {
        "client": client,
        "title": gettext("This sign-in is no longer open"),
        "text": gettext(
            "It was completed, or it took too long. Go back to the application and sign in again."
        ),
    }
    return render(request, "users/hosted/error.html", context, status=400)


def foreign_page(request: HttpRequest) -> HttpResponse:
    """The sign-in was begun in another browser."""
    context = {
        "title": gettext("This sign-in belongs to another browser"),
        "text": gettext(
            "Go back to the application and sign in again. If someone sent you the link, do not use it."
        ),
    }
    return render(request, "users/hosted/error.html", context, status=403)
