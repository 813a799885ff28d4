"""`.demo.json`: complete or not there, and no more trusted than it deserves."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from users.actions.account.delete_user import delete_user
from users.management.demo import demo_file
from users.management.demo.private_file import write_private
from users.models import Client, User
from users.rights.actor import command_actor


@pytest.fixture(autouse=True)
def _own_file(settings, tmp_path):
    settings.DEMO_FILE = tmp_path / ".demo.json"


@pytest.fixture
def document(db) -> dict:
    out = io.StringIO()
    call_command("seed_demo", "--users", "0", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_fresh_document_is_all_true(document):
    assert demo_file.find_outdated(document) == []


def test_a_deleted_account_is_said(document):
    delete_user(User.objects.by_email("agent@example.com").get(), actor=command_actor("tests"))

    (sentence,) = demo_file.find_outdated(document)
    assert sentence.startswith("agent@example.com: ")


def test_another_password_is_said(document):
    document["user"]["password"] = "changed"

    (sentence,) = demo_file.find_outdated(document)
    assert sentence.startswith("jane.doe@example.com: ")


def test_a_revoked_client_is_said(document):
    Client.objects.update(is_revoked=True)

    (sentence,) = demo_file.find_outdated(document)
    assert sentence.startswith("The API client: ")


def test_a_new_address_is_written_down(document, settings):
    settings.PUBLIC_URL = "https://desk.example.com"

    fresh = demo_file.refresh_urls(demo_file.read())

    assert fresh == {
        **document,
        "url": "https://desk.example.com",
        "audience": "https://desk.example.com/api/v2/",
    }
    assert demo_file.read() == fresh


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"admin": {"email": "a"}}', "null"])
def test_what_is_no_document_counts_as_missing(settings, text):
    settings.DEMO_FILE.write_text(text)

    assert demo_file.read() is None


def test_a_document_lacking_one_thing_counts_as_missing(document, settings):
    del document["client"]["client_secret"]
    settings.DEMO_FILE.write_text(json.dumps(document))

    assert demo_file.read() is None


def test_a_private_file_is_replaced_at_once_and_stays_private(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")

    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
