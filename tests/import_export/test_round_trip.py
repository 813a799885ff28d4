"""An export imports as it was downloaded: the same users, for any content."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metadata.values import documents
from tests.suites import DEPTH
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.import_export.export_fields import DEFAULT_JSON_FIELDS
from users.import_export.record_schema import READ_ONLY, SCHEMA
from users.jobs.enqueue import enqueue
from users.jobs.files import read_chunks, store_file
from users.jobs.worker import Worker
from users.management import job_kinds  # noqa: F401 - the worker runs the kinds that are imported
from users.metadata.equal import is_strictly_equal
from users.metadata.names import RESERVED_IN_APP_METADATA
from users.models import Connection, FailedRecord, Job, User
from users.models.write_guard import allow_account_writes
from users.representation.profile import serialize_profile
from users.rights.actor import command_actor

pytestmark = pytest.mark.django_db
SHELL = command_actor("tests")
# Each makes users, exports and imports them.
some_examples = settings(max_examples=10 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Every field that an export can write.
ALL = sorted({*SCHEMA["properties"], *READ_ONLY})

# Beginning with a letter: names of nothing but spaces are refused.
line = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map("J{}".format)
given_profile = {
    "email_verified": st.booleans(),
    "phone_number": st.from_regex(r"\+[0-9]{6,15}", fullmatch=True),
    "phone_verified": st.booleans(),
    "name": line,
    "nickname": line,
    "given_name": line,
    "middle_name": line,
    "family_name": line,
    "locale": st.sampled_from(["de", "zh-Hant-TW"]),
    "zoneinfo": st.sampled_from(["Europe/Berlin", "UTC"]),
    "picture": st.sampled_from(["https://pictures.example.com/j%20d.png", "http://e.org/?a=1&b=ü"]),
    "blocked": st.booleans(),
}
app_documents = documents.filter(lambda value: not value.keys() & RESERVED_IN_APP_METADATA)


def users_with(*identifiers):
    """Of one connection, whose users all have a user name or none has."""
    return st.lists(
        st.tuples(
            st.fixed_dictionaries({}, optional=given_profile),
            st.sampled_from(identifiers),
            st.none() | documents,
            st.none() | app_documents,
        ),
        min_size=1,
        max_size=3,
    )


people = users_with(("email",), ("phone_number",), ("email", "phone_number")) | users_with(
    ("username",), ("email", "username")
)
IDENTIFIERS = {"email": "Jane{}@bücher.example", "username": "jane_{}", "phone_number": "+4915100000{}"}


def make(people) -> list[User]:
    clear(User.objects.all())  # of the example before
    connection = Connection.objects.get()
    connection.options = {"requires_username": "username" in people[0][1]}
    connection.save()
    made = []
    for number, (fields, identifiers, user_metadata, app_metadata) in enumerate(people):
        given = fields | {name: IDENTIFIERS[name].format(number) for name in identifiers}
        if "email" not in given:
            given.pop("email_verified", None)
        if "phone_number" not in given:
            given.pop("phone_verified", None)
        written = {"user_metadata": user_metadata, "app_metadata": app_metadata}
        user = create_user(connection, actor=SHELL, profile=given, **written)
        made.append(User.objects.with_connection().get(pk=user.pk))
    return made


def run(kind: str, file: bytes | None = None, **parameters) -> Job:
    parameters = {"connection_id": Connection.objects.get().connection_id, **parameters}
    job = enqueue(kind, actor=SHELL, parameters=parameters)
    if file is not None:
        store_file(job, [file])
    Worker().work()
    job.refresh_from_db()
    assert job.status == "completed", job.details
    return job


def download(names) -> bytes:
    fields = {"fields": [{"name": name} for name in names]} if names else {}
    return b"".join(read_chunks(run("users_export", format="json", **fields)))


def upload(file: bytes, *, upsert: bool = False) -> dict:
    existing = "replace" if upsert else "refuse"
    summary = run("users_import", file, existing=existing).result["summary"]
    assert not FailedRecord.objects.exists(), FailedRecord.objects.values()
    return summary


def profiles(names=ALL) -> list[dict]:
    """What an import can set of each user. An empty app_metadata is none, as in every other write."""
    kept = {*names, "identities"} - (READ_ONLY - {"identities"})
    found = (serialize_profile(user, SHELL) for user in User.objects.with_connection().order_by("user_id"))
    return [
        {name: value for name, value in one.items() if name in kept and (name, value) != ("app_metadata", {})}
        for one in found
    ]


def rows() -> list[str]:
    return [json.dumps(row, default=str, sort_keys=True) for row in User.objects.order_by("pk").values()]


def clear(users) -> None:
    for user in users:
        delete_user(user, actor=SHELL)


@some_examples
@given(people=people)
def test_users_that_are_gone_come_back_as_they_were(people):
    users = make(people)
    before = profiles()
    file = download(ALL)
    clear(users)

    summary = upload(file)

    assert (summary["inserted"], summary["failed"]) == (len(users), 0)
    assert is_strictly_equal(profiles(), before)


@some_examples
@given(people=people)
def test_over_users_that_are_there_nothing_changes(people):
    users = make(people)
    before = rows()

    summary = upload(download(ALL), upsert=True)

    assert (summary["updated"], summary["failed"]) == (len(users), 0)
    assert rows() == before


@pytest.mark.parametrize("identifier", ["username", "phone_number"])
def test_an_export_of_the_usual_fields_comes_back_and_the_ignored_columns_are_counted(identifier):
    users = make([({"name": "Jane"}, ("email", identifier), None, None), ({}, (identifier,), None, None)])
    before = profiles(DEFAULT_JSON_FIELDS)
    file = download(None)
    clear(users)

    summary = upload(file)

    assert summary == {
        **{"failed": 0, "updated": 0, "inserted": 2, "total": 2},
        "ignored": {"created_at": 2, "identities": 2, "updated_at": 2},
    }
    assert profiles(DEFAULT_JSON_FIELDS) == before


def test_what_was_not_set_is_not_set_afterwards_either():
    users = make([({}, ("email",), None, None)])
    file = download(ALL)
    clear(users)

    upload(file)

    user = User.objects.get()
    assert (user.name, user.nickname, user.picture) == (None, None, None)


def test_unpacked_or_as_an_array_it_comes_back_as_well():
    users = make([({}, ("email",), {"a": 1}, None)])
    before, lines = profiles(), gzip.decompress(download(ALL))
    for file in (lines, b"[" + lines.strip() + b"]", gzip.compress(b"\xef\xbb\xbf" + lines)):
        clear(users)
        upload(file)
        assert profiles() == before
        users = list(User.objects.all())


def test_pages_of_an_export_are_read_as_one_file(monkeypatch):
    monkeypatch.setattr("users.import_export.export_job.PAGE_SIZE", 1)
    users = make([({}, ("email",), None, None)] * 3)
    file = download(None)
    clear(users)

    assert upload(file)["inserted"] == 3


def test_every_field_of_a_profile_is_either_imported_or_ignored(jane):
    with allow_account_writes():
        User.objects.filter(pk=jane.pk).update(
            **{"logins_count": 1, "last_login": jane.created_at, "last_ip": "::1", "multifactor": ["totp"]},
            **{"last_password_reset": jane.created_at, "multifactor_last_modified": jane.created_at},
            **dict.fromkeys(("username", "given_name", "middle_name", "family_name"), "Jane"),
            **{"locale": "de-AT", "zoneinfo": "Europe/Berlin"},
            **{"phone_number": "+491", "phone_verified": True, "blocked": False},
        )

    written = set(serialize_profile(User.objects.with_connection().get(pk=jane.pk), SHELL))

    assert written == set(SCHEMA["properties"]) | READ_ONLY
    assert not READ_ONLY & set(SCHEMA["properties"])


def test_ids_under_strict_limits_get_another_provider_in_front(settings):
    settings.STRICT_LIMITS = True

    upload(json.dumps([{"email": "j@example.com", "user_id": "auth0|x"}]).encode())

    assert User.objects.get().user_id == "auth0|auth0|x"
    settings.STRICT_LIMITS = False
    (before,), file = profiles(), download(ALL)
    clear(User.objects.all())
    upload(file)
    assert profiles() == [before]


@pytest.mark.parametrize("user_id", ["auth0|x", "x"])
def test_an_id_of_our_own_making_is_recognised(user_id):
    upload(
        json.dumps(
            [{"email": "j@example.com", "user_id": user_id, "created_at": "2020-01-01T00:00:00.000Z"}]
        ).encode()
    )

    assert User.objects.get().user_id == "auth0|x"


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda file: file[:-9], "the gzip file is damaged or cut short"),
        (lambda file: file[:30] + b"xx" + file[32:], "the gzip file is damaged or cut short"),
        (lambda file: file + b"more", "the gzip file is damaged or cut short"),
        (lambda file: gzip.compress(b" " * 50_000), "unpacked, the file is longer than 20,480 bytes"),
    ],
)
def test_a_gzip_file_that_cannot_be_unpacked_fails_whole(settings, damage, reason):
    users = make([({}, ("email",), None, None)])
    file = damage(download(ALL))
    clear(users)
    settings.IMPORT_MAX_BYTES = 1024
    parameters = {"connection_id": users[0].connection.connection_id, "existing": "refuse"}
    job = enqueue("users_import", actor=SHELL, parameters=parameters)
    store_file(job, [file])

    Worker().work()

    job.refresh_from_db()
    assert job.status == "failed"
    assert reason in job.details
    assert not User.objects.exists()
