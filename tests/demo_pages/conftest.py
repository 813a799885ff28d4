"""The pages of the demo, as `config.demo_settings` serves them."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def demo(settings, tmp_path) -> Path:
    """The folder in which the demo stores its data."""
    settings.ROOT_URLCONF = "config.demo_urls"
    settings.DATA_DIR = tmp_path
    settings.EMAIL_BACKEND = "users.management.demo.mail_folder.MailFolder"
    options = {**settings.TEMPLATES[0]["OPTIONS"]}
    options["context_processors"] = [*options["context_processors"], "users.demo_pages.links.demo_mail"]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
    return tmp_path
