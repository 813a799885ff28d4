"""The pages of the demo and the folder of emails are there in `make run` alone, and on loopback alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config import test_settings

NAMES = ("ROOT_URLCONF", "EMAIL_BACKEND", "IS_EMAIL_CONFIGURED", "TEMPLATES")
FOLDER = "users.management.demo.mail_folder.MailFolder"
HTTPS = {"PUBLIC_URL": "https://desk.example.com"}
SMTP = {"EMAIL_URL": "smtp://mail.example.com:25"}


@pytest.fixture
def read(monkeypatch):
    """`read({"PUBLIC_URL": ...}, "config.settings")`: these settings."""

    def settings(environment: dict[str, str], module: str = "config.demo_settings") -> dict[str, Any]:
        program = test_settings.PROGRAM.replace(
            "from config import settings", f"from {module} import *\nsettings = sys.modules['{module}']"
        )
        monkeypatch.setattr(test_settings, "PROGRAM", program)
        return test_settings.settings(environment, *NAMES)

    return settings


def processors(found: dict[str, Any]) -> list[str]:
    return found["TEMPLATES"][0]["OPTIONS"]["context_processors"]


def test_make_run_serves_the_pages_and_stores_emails(read):
    found = read({})

    assert found["ROOT_URLCONF"] == "config.demo_urls"
    assert (found["EMAIL_BACKEND"], found["IS_EMAIL_CONFIGURED"]) == (FOLDER, True)
    assert "users.demo_pages.links.demo_mail" in processors(found)


def test_behind_a_public_url_it_does_not(read):
    found = read(HTTPS)

    assert found["ROOT_URLCONF"] == "config.urls"
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    assert "users.demo_pages.links.demo_mail" not in processors(found)


def test_a_mail_server_of_ones_own_is_used(read):
    found = read(SMTP)

    assert found["EMAIL_BACKEND"] == "users.availability.smtp.EmailBackend"
    assert "users.demo_pages.links.demo_mail" not in processors(found)


@pytest.mark.parametrize("environment", [{}, HTTPS, SMTP], ids=["loopback", "public", "with mail"])
def test_no_other_installation_has_either(read, environment):
    found = read(environment, "config.settings")

    assert found["ROOT_URLCONF"] == "config.urls"
    assert found["EMAIL_BACKEND"] != FOLDER
    assert "users.demo_pages.links.demo_mail" not in processors(found)
