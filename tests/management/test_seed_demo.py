"""`seed_demo`: who is there afterwards, and that it is all or nothing."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from users.models import Change, Client, LogEvent, User
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES


@pytest.fixture(autouse=True)
def _own_file(settings, tmp_path):
    settings.DEMO_FILE = tmp_path / ".demo.json"


@pytest.fixture
def document(db) -> dict:
    """Seeded with three people; the printed document."""
    out = io.StringIO()
    call_command("seed_demo", "--users", "3", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_json_prints_the_file_and_nothing_else(document, settings):
    assert json.loads(settings.DEMO_FILE.read_text()) == document
    assert settings.DEMO_FILE.stat().st_mode & 0o777 == 0o600


def test_people_come_through_the_import(document):
    imported = Change.objects.filter(face="import", what="created", actor_id="seed_demo")

    assert imported.count() == 3
    assert User.objects.count() == 6


def test_imported_users_have_signed_in_over_the_past_months(db, settings):
    call_command("seed_demo", "--users", "40", "--json", stdout=io.StringIO())
    imported = User.objects.exclude(
        email__in=["admin@example.com", "agent@example.com", "jane.doe@example.com"]
    )
    now = timezone.now()

    assert all(user.last_login is None or user.created_at <= user.last_login <= now for user in imported)
    assert all((user.last_login is None) == (user.logins_count == 0) for user in imported)
    signed_in = LogEvent.objects.filter(type="s")
    assert signed_in.exists()
    assert not signed_in.filter(at__lt=now - timedelta(days=91)).exists()
    assert len({user.created_at.date() for user in imported}) > 5


def test_only_the_demo_accounts_can_sign_in(document):
    able = [user.email for user in User.objects.order_by("pk") if user.has_usable_password()]

    assert able == ["admin@example.com", "agent@example.com", "jane.doe@example.com"]
    for account in ("admin", "agent", "user"):
        user = User.objects.by_email(document[account]["email"]).get()
        assert user.check_password(document[account]["password"])
        assert user.email_verified


def test_jane(document):
    jane = User.objects.by_email("jane.doe@example.com").get()

    assert jane.name == "Jane Doe"
    assert jane.user_metadata == {"hobby": "surfing"}
    assert jane.app_metadata == {"plan": "full"}
    assert not jane.is_staff


def test_each_card_of_janes_page_shows_something(document, browser):
    jane = User.objects.by_email("jane.doe@example.com").get()
    visitor = browser(User.objects.by_email("agent@example.com").get())

    shown = {
        tab: visitor.get(f"/admin/users/user/{jane.pk}/change/", {"tab": tab}).content.decode()
        for tab in ("activity", "security", "roles", "notes")
    }

    assert jane.created_at < jane.last_login < timezone.now()
    assert jane.logins_count == LogEvent.objects.filter(type="s", user_id=jane.user_id).count() == 6
    assert "wrong password" in shown["activity"]
    assert "192.0.2.44" in shown["security"]
    assert all(words in shown["roles"] for words in ("Editor", "Billing", "publish:articles"))
    assert "Prefers to be called before noon." in shown["notes"]


def test_staff_hold_the_rights_of_their_groups_and_no_more(document):
    admin = User.objects.by_email("admin@example.com").get()
    agent = User.objects.by_email("agent@example.com").get()

    assert admin.has_perm("users.administer")
    assert agent.has_perm("users.change_app_metadata")
    assert not agent.has_perm("users.administer")
    assert not admin.is_superuser
    assert not agent.is_superuser


def test_the_client_holds_every_machine_scope(document):
    client = Client.objects.get(client_id=document["client"]["client_id"])

    assert set(client.grants.get().scope) == set(MACHINE_SCOPES)
    assert not set(client.grants.get().scope) & set(CURRENT_USER_SCOPES)
    assert client.has_secret(document["client"]["client_secret"])
    assert client.grant_types == ["client_credentials"]


def test_in_words_it_tells_the_same(db, settings):
    out = io.StringIO()

    call_command("seed_demo", "--users", "0", stdout=out)

    document = json.loads(settings.DEMO_FILE.read_text())
    assert document["admin"]["password"] in out.getvalue()
    assert document["client"]["client_secret"] in out.getvalue()


@pytest.mark.parametrize("name", ["jane.doe", "admin", "AGENT"])
def test_refused_where_a_demo_account_is_there(make_user, settings, name):
    make_user(name)

    with pytest.raises(CommandError, match="is already there"):
        call_command("seed_demo", "--users", "1")

    assert User.objects.count() == 1
    assert not Client.objects.exists()
    assert not settings.DEMO_FILE.exists()


def test_a_file_that_cannot_be_written_leaves_the_database_as_it_was(db, settings, tmp_path):
    settings.DEMO_FILE = tmp_path / "nowhere" / ".demo.json"

    with pytest.raises(FileNotFoundError):
        call_command("seed_demo", "--users", "1")

    assert not User.objects.exists()
    assert not Client.objects.exists()


@pytest.mark.parametrize("number", ["-1", "many", "1.5"])
def test_a_count_is_a_whole_number(number):
    with pytest.raises(CommandError, match="not a whole number"):
        call_command("seed_demo", f"--users={number}")
