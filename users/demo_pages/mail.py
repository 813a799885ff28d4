"""`/demo/mail/`: the emails that the demo has stored, so that links in them can be followed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from users.demo_pages.local_requests import local_only
from users.management.demo.mail_folder import StoredMail, list_mails, read_mail

# The HTML part may have styles of its own and lead to other pages when a link is clicked; nothing else.
FRAME_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}


@never_cache
@local_only
def mails(request: HttpRequest) -> HttpResponse:
    """List the emails, the newest first."""
    return render(request, "users/demo/mails.html", {"mails": list_mails()})


@never_cache
@local_only
def mail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Show an email: its HTML part in a frame, and its text part."""
    return render(request, "users/demo/mail.html", {"mail": _find(mail_id)})


@never_cache
@local_only
@xframe_options_sameorigin
def mail_html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The HTML part as it is, for the frame. Its links open in the window, since no page of ours can be
    framed."""
    html = _find(mail_id).html.replace("<head>", '<head><base target="_top">', 1)
    response = HttpResponse(html)
    response._csp_config = FRAME_POLICY  # type: ignore[attr-defined]  # read by django-csp
    return response


def _find(mail_id: str) -> StoredMail:
    found = read_mail(mail_id)
    if found is None:
        raise Http404
    return found
