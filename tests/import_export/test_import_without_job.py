"""Creating: what a record may hold, whose accounts come of it, and that it is all or nothing."""

from __future__ import annotations

import json

import pytest

from users.import_export.errors import TransferError
from users.import_export.import_without_job import create_users_from_file
from users.models import Change, User
from users.rights.actor import Face, command_actor

IMPORTER = command_actor("import", face=Face.IMPORT)
FULL = {
    "user_id": "0123456789abcdef01234567",
    "email": "Jane.Doe@Example.com",
    "email_verified": True,
    "name": "Jane Doe",
    "given_name": "Jane",
    "family_name": "Doe",
    "nickname": "jane",
    "picture": "https://pictures.example.com/jane.jpg",
    "blocked": True,
    "user_metadata": {"hobby": "surfing"},
    "app_metadata": {"plan": "full"},
}


@pytest.fixture
def bring_in(connection, tmp_path):
    """Write these records to a file and bring them in."""

    def bring(*records, **options) -> int:
        path = tmp_path / "users.json"
        path.write_text(json.dumps(records), encoding="utf-8")
        return create_users_from_file(path, connection, actor=IMPORTER, **options)

    return bring


def test_a_full_record_becomes_an_account(bring_in):
    bring_in(FULL)

    user = User.objects.get()
    assert user.user_id == "auth0|0123456789abcdef01234567"
    assert user.email == "jane.doe@example.com"
    assert (user.email_verified, user.blocked) == (True, True)
    assert (user.name, user.given_name, user.family_name, user.nickname) == (
        "Jane Doe",
        "Jane",
        "Doe",
        "jane",
    )
    assert (user.user_metadata, user.app_metadata) == ({"hobby": "surfing"}, {"plan": "full"})
    assert not user.has_usable_password()


def test_a_bare_record_gets_an_id(bring_in):
    bring_in({"email": "bare@example.com"})

    user = User.objects.get()
    assert user.user_id.startswith("auth0|")
    assert (user.user_metadata, user.app_metadata, user.email_verified) == (None, None, False)


def test_each_account_is_recorded_as_imported(bring_in):
    bring_in(FULL, {"email": "bare@example.com"})

    assert set(Change.objects.values_list("face", "actor_kind", "actor_id", "what")) == {
        ("import", "command", "import", "created")
    }
    assert Change.objects.count() == 2


def test_it_says_how_many_and_how_far(bring_in):
    heard = []

    assert bring_in(FULL, {"email": "bare@example.com"}, on_record=heard.append) == 2
    assert heard == [1, 2]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param({"name": "Nobody"}, "Missing required property: email", id="no email"),
        pytest.param({"email": "not an address"}, "format email", id="bad email"),
        pytest.param({"email": None}, "Expected type string but found type null", id="null email"),
        pytest.param(
            {"email": "a@example.com", "colour": "blue"},
            "Additional properties not allowed: colour",
            id="unknown field",
        ),
        pytest.param(
            {"email": "a@example.com", "is_staff": True},
            "Additional properties not allowed: is_staff",
            id="staff field",
        ),
        pytest.param({"email": "a@example.com", "email_verified": "yes"}, "email_verified", id="wrong type"),
        pytest.param(
            {"email": "a@example.com", "user_id": "sms|1"}, "of another provider, sms", id="another provider"
        ),
        pytest.param({"email": "a@example.com", "user_id": "auth0|"}, "too short", id="provider alone"),
        pytest.param({"email": "a@example.com", "user_id": "auth0|a b"}, "user_id", id="blank in an id"),
        pytest.param({"email": "a@example.com", "user_id": "x" * 241}, "too long", id="long id"),
        pytest.param(
            {"email": "a@example.com", "user_metadata.hobby": "chess"},
            "export and import user_metadata as a whole",
            id="key of a document",
        ),
        pytest.param({"email": "a@example.com", "name": "\ud800"}, "surrogate", id="not to be stored"),
        pytest.param({"email": "a@example.com", "username": "anna"}, "username", id="user name"),
        pytest.param(
            {"email": "a@example.com", "user_metadata": ["list"]},
            "Expected type object",
            id="list as document",
        ),
        pytest.param({"email": "a@example.com", "user_metadata": {"a.b": 1}}, "a.b", id="dot in a name"),
        pytest.param(
            {"email": "a@example.com", "app_metadata": {"x": {"$y": 1}}}, "$y", id="dollar in a name"
        ),
        pytest.param({"email": "FIRST@example.com"}, "email is taken", id="same email in other case"),
        pytest.param({"email": "a@example.com", "user_id": "first"}, "user_id is taken", id="same id"),
        pytest.param(
            {"email": "a@example.com", "password_hash": "$2b$10$x"},
            "password hashes are not imported",
            id="hash",
        ),
        pytest.param(
            {"email": "a@example.com", "custom_password_hash": {}},
            "password hashes are not imported",
            id="custom hash",
        ),
        pytest.param(
            {"email": "a@example.com", "mfa_factors": []}, "second factors are not imported", id="factors"
        ),
    ],
)
def test_one_bad_record_and_nothing_is_written(bring_in, record, reason):
    with pytest.raises(TransferError) as caught:
        bring_in({"email": "first@example.com", "user_id": "first"}, record, {"email": "last@example.com"})

    assert str(caught.value).startswith("record 2: ")
    assert reason in str(caught.value)
    assert not User.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize("identifier", [{"username": "jane"}, {"phone_number": "+4915112345678"}])
def test_a_record_without_an_email_is_a_user_by_another_name(bring_in, connection, identifier):
    connection.options = {"requires_username": "username" in identifier}
    connection.save()

    bring_in(identifier)

    assert User.objects.filter(**identifier, email=None).exists()


def test_under_strict_limits_a_record_needs_an_email(bring_in, settings):
    settings.STRICT_LIMITS = True

    with pytest.raises(TransferError, match="Missing required property: email"):
        bring_in({"phone_number": "+4915112345678"})


def test_a_file_cut_short_writes_nothing(connection, tmp_path):
    path = tmp_path / "users.json"
    path.write_text('[{"email": "first@example.com"},')

    with pytest.raises(TransferError, match="record 2"):
        create_users_from_file(path, connection, actor=IMPORTER)

    assert not User.objects.exists()


def test_a_document_over_the_limit_names_its_record(bring_in, settings):
    settings.METADATA_MAX_BYTES = 1024

    with pytest.raises(TransferError, match=r"record 1: user_metadata: .* bytes"):
        bring_in({"email": "a@example.com", "user_metadata": {"note": "x" * 2000}})


def test_a_document_at_the_limit_fits_however_it_is_written(connection, settings, tmp_path):
    settings.METADATA_MAX_BYTES = 1024
    note = "\\u0061" * 1000
    documents = ", ".join(f'"{name}": {{"note": "{note}"}}' for name in ("user_metadata", "app_metadata"))
    path = tmp_path / "users.json"
    path.write_text(f'[{{"email": "a@example.com", {documents}}}]')

    assert create_users_from_file(path, connection, actor=IMPORTER) == 1
