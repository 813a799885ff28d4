"""`/demo/`: a one-page application whose users sign in by OpenID Connect, like those of any other."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from users.conf import conf
from users.demo_pages.local_requests import local_only
from users.management.demo.sample_application import CLIENT_ID


@never_cache
@local_only
def sample_application(request: HttpRequest) -> HttpResponse:
    """The page; everything else is done by `static/users/js/sample_application.js`."""
    # Its callback is registered under PUBLIC_URL; another name of this machine is another origin.
    if request.get_host() != urlsplit(conf.public_url).netloc:
        return HttpResponseRedirect(conf.public_url + request.path)
    context = {
        "domain": conf.public_url,
        "client_id": CLIENT_ID,
        "audience": conf.management_audience,
        "parts": _parts(),
    }
    return render(request, "users/demo/application.html", context)


def _parts() -> list[dict[str, str]]:
    """What the page shows as JSON, each with the words beside it."""
    return [
        {"name": "user-metadata", "title": "user_metadata", "text": gettext("Your own document, all of it.")},
        {"name": "profile", "title": gettext("Profile"), "text": gettext("What /userinfo answers.")},
        {
            "name": "id-token",
            "title": gettext("ID token"),
            "text": gettext("For the application: who signed in, when and how. Decoded."),
        },
        {
            "name": "access-token",
            "title": gettext("Access token"),
            "text": gettext("For the API: what the application may do for you. Decoded."),
        },
    ]
