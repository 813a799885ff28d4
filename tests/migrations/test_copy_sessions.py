"""The migration that moves sessions to the table that knows their user."""

from __future__ import annotations

import importlib
from datetime import timedelta
from types import SimpleNamespace

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.contrib.sessions.models import Session as DjangoSession
from django.db import connection as database
from django.test import Client as Browser
from django.utils import timezone

from users.models import Session
from users.sign_in.session_store import active_sessions

migration = importlib.import_module("users.migrations.0029_copy_sessions")


def migrate():
    migration.copy_sessions(apps, SimpleNamespace(connection=database))


def make_old(key: str, *, days: int = 1, **data: str) -> None:
    """A session as the previous release stored it."""
    expires = timezone.now() + timedelta(days=days)
    DjangoSession.objects.create(
        session_key=key, session_data=DjangoStore().encode(data), expire_date=expires
    )


def signed_in(user) -> dict[str, str]:
    return {
        "_auth_user_id": str(user.pk),
        "_auth_user_backend": "users.sign_in.backend.EmailBackend",
        "_auth_user_hash": user.get_session_auth_hash(),
    }


def test_who_was_signed_in_stays_signed_in(jane):
    make_old("a" * 32, **signed_in(jane))

    migrate()

    browser = Browser()
    browser.cookies["session"] = "a" * 32
    assert browser.get("/profile/").status_code == 200
    (session,) = active_sessions(jane)
    assert session.session_id.startswith("ses_")


def test_visitors_and_what_has_expired_are_left_behind(jane):
    make_old("visitor", theme="dark")
    make_old("expired", days=-1, **signed_in(jane))
    DjangoSession.objects.create(
        session_key="other key", session_data="nonsense", expire_date=timezone.now() + timedelta(days=1)
    )

    migrate()

    assert not Session.objects.exists()
    assert DjangoSession.objects.count() == 3
