"""The settings of `make run`: those of `config.settings`, and what only a demo on this machine has."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from config import settings
from config.settings import *  # noqa: F403 - all of them hold for the demo, too

# Behind a proxy, which PUBLIC_URL then names, others could open the pages of the demo.
if settings.IS_LOOPBACK:
    ROOT_URLCONF = "config.demo_urls"
if not settings.IS_EMAIL_CONFIGURED:
    IS_EMAIL_CONFIGURED = True
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    if settings.IS_LOOPBACK:
        EMAIL_BACKEND = "users.management.demo.mail_folder.MailFolder"
        TEMPLATES = deepcopy(settings.TEMPLATES)
        options: Any = TEMPLATES[0]["OPTIONS"]
        options["context_processors"].append("users.demo_pages.links.demo_mail")
