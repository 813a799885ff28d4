"""A context processor: pages that say that an email was sent lead to it, in the demo."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from users.demo_pages.local_requests import is_local


def demo_mail(request: HttpRequest) -> dict[str, str]:
    """`demo_mail_url`, for browsers that may open it."""
    return {"demo_mail_url": reverse("demo_mails")} if is_local(request) else {}
