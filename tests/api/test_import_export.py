"""/jobs/users-imports and /jobs/users-exports: from the file to the answer, as a client sees it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import weakref
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client as Browser
from django.utils import timezone

from tests.api.answers import problem, shown
from tests.api.test_jobs import JOBS, work
from users.actions.account.delete_user import delete_user
from users.actions.account.undo import undo
from users.import_export import export_job, import_file, import_job
from users.import_export.record_reader import FileRecord
from users.jobs.requester import serialize_actor
from users.models import Change, ClientGrant, FailedRecord, FilePiece, Job, LogEvent, User
from users.representation.profile import serialize_profile
from users.rights.actor import command_actor

IMPORTS, EXPORTS = f"{JOBS}/users-imports", f"{JOBS}/users-exports"


@pytest.fixture
def upload(shop, connection):
    """Send a file as the SDKs do, and let a worker do the job."""

    def send(records, *, token=None, **parts):
        text = records if isinstance(records, bytes) else json.dumps(records).encode()
        given = {"connection_id": connection.connection_id, **parts}
        if text is not None:
            given["users"] = SimpleUploadedFile("users.json", text)
        header = {"HTTP_AUTHORIZATION": f"Bearer {token or shop.token}"}
        answer = shop.browser.post(
            IMPORTS, {name: value for name, value in given.items() if value is not None}, **header
        )
        work()
        return answer

    return send


@pytest.fixture
def ended(shop):
    """The job of an answer as it is now, and what its errors are."""

    def look(answer):
        assert answer.status_code in (200, 202), answer.content
        job = f"{JOBS}/{answer.json()['id']}"
        errors = shop.get(f"{job}/errors")
        return shown(shop.get(job)), errors.json() if errors.status_code == 200 else []

    return look


def test_a_file_becomes_users_and_bad_records_are_told(upload, ended, connection, jane):
    answer = upload(
        [
            {"email": "New@Example.com", "user_id": "7", "app_metadata": {"plan": "full"}},
            {"email": jane.email, "name": "Another"},
            {"name": "Nobody"},
            {"email": "no address"},
            {"email": "x@example.com", "colour": "red"},
            {"email": "y@example.com", "app_metadata": {"a.b": 1}},
            {"email": "z@example.com", "password_hash": "$2b$10$secret"},
            {
                "email": "z@example.com",
                "mfa_factors": [{"totp": {"secret": "JBSWY3DP"}}],
                "password": "pa55word",
            },
        ],
        external_id="wave-3",
        send_completion_email="false",
    )

    assert answer.status_code == 202
    assert answer.json().items() >= {
        ("type", "users_import"),
        ("status", "pending"),
        ("connection_id", connection.connection_id),
        ("connection", connection.name),
        ("external_id", "wave-3"),
    }
    job, errors = ended(answer)
    assert (job["status"], job["summary"]) == (
        "completed",
        {"failed": 7, "updated": 0, "inserted": 1, "total": 8},
    )
    new = User.objects.get(email="new@example.com")
    assert (new.user_id, new.app_metadata) == ("auth0|7", {"plan": "full"})
    first, *others = errors
    assert first == {
        "user": {"email": jane.email, "name": "Another"},
        "errors": [
            {"code": "DUPLICATED_USER", "message": "The user already exist and upsert parameter is false"}
        ],
        "number": 2,
    }
    assert [(error["errors"][0]["code"], error["errors"][0].get("path")) for error in others] == [
        ("OBJECT_REQUIRED", None),
        ("FORMAT", "email"),
        ("NOT_PASSED", None),
        ("NOT_PASSED", 'app_metadata."a.b"'),
        ("NOT_PASSED", "password_hash"),
        ("NOT_PASSED", "mfa_factors"),
    ]
    assert errors[-2]["user"]["password_hash"] == "*****"
    assert errors[-1]["user"] == {"email": "z@example.com", "mfa_factors": "*****", "password": "*****"}


def test_a_record_that_cannot_be_stored_fails_alone_and_says_where(upload, ended):
    file = (
        b'[{"email": "a@example.com"},\n'
        rb' {"email": "b@example.com", "user_metadata": {"note": "x\u0000"}},'
        b'\n {"email": "c@example.com", "app_metadata": {"plan": 1, "plan": 2}},\n'
        b" 7,\n"
        b' {"email": "d@example.com"}]'
    )

    job, errors = ended(upload(file))

    assert (job["status"], job["summary"]) == (
        "completed",
        {"failed": 3, "updated": 0, "inserted": 2, "total": 5},
    )
    assert [(error["number"], error["user"]) for error in errors] == [
        (2, {"email": "b@example.com"}),
        (3, {"email": "c@example.com"}),
        (4, {}),
    ]
    nul, doubled, number = (error["errors"][0] for error in errors)
    assert (nul["path"], nul["byte"]) == ("user_metadata.note", file.index(rb'"x\u0000"'))
    assert (doubled["path"], doubled["byte"]) == ("app_metadata.plan", file.rindex(b'"plan"'))
    assert ("path" in number, number["byte"]) == (False, file.index(b"7,"))
    assert number == {
        "code": "NOT_PASSED",
        "message": f"a record must be an object, not integer (record 4, byte {number['byte']})",
        "byte": number["byte"],
    }


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"email": 10**400}, id="a number no double holds, as the email"),
        pytest.param({"email": 1.5e308, "blocked": 10**30}, id="numbers"),
        pytest.param({"email": [[[[[[[[[{}]]]]]]]]]}, id="lists"),
        pytest.param({"email": "x@example.com", "": 1}, id="an empty name"),
        pytest.param({"email": "x@example.com", "[0]": 1, "a[1].b": 2, "..": 3}, id="names like paths"),
        pytest.param({"email": "x@example.com", "user_metadata": {"": 1}}, id="an empty name in a document"),
        pytest.param({"email": "x@example.com", "user_id": "auth0|" + "\u00e9" * 240}, id="a long id"),
        pytest.param({"email": "x@example.com", "picture": "http://[bad"}, id="an address that is none"),
        pytest.param({"identities": None, "created_at": {}}, id="read-only columns alone"),
    ],
)
def test_no_record_breaks_the_job(upload, ended, record):
    job, _ = ended(upload([record, {"email": "new@example.com"}]))

    assert (job["status"], job["summary"]["total"]) == ("completed", 2)
    assert User.objects.filter(email="new@example.com").exists()


def test_no_password_is_stored_with_a_refused_record(upload, ended):
    answer = upload(
        [
            {
                "email": "a@example.com",
                "identities[0].connection": "Shop",
                "identities[0].access_token": "hunter2",
                "last_password_reset": "2026-11-30",
                "password": "hunter2",
                "Passwort": "hunter2",
                "credentials": [{"type": "password", "value": "hunter2"}],
                "name": "Jane",
            },
            {
                "email": "no address",
                "user_metadata": {"hobby": "chess", "old_password": "hunter2", "l": [{"apiKey": "hunter2"}]},
            },
            {"email": "hunter2 is no email", "mfa_factors": [{"totp": {"secret": "hunter2"}}]},
        ]
    )

    _, errors = ended(answer)
    assert [error["user"] for error in errors] == [
        {
            **{"email": "a@example.com", "identities[0].connection": "Shop", "name": "Jane"},
            "last_password_reset": "2026-11-30",
            **dict.fromkeys(("identities[0].access_token", "password", "Passwort", "credentials"), "*****"),
        },
        {
            "email": "no address",
            "user_metadata": {"hobby": "chess", "old_password": "*****", "l": [{"apiKey": "*****"}]},
        },
        {"email": "hunter2 is no email", "mfa_factors": "*****"},
    ]
    tables = [Job, FilePiece, FailedRecord, Change, LogEvent]
    stored = str([list(table.objects.exclude(pk=None).values()) for table in tables])
    assert stored.count("hunter2") == 1  # the email that is none


def test_an_uploaded_file_is_unreadable_while_it_waits_and_gone_afterwards(shop, connection):
    file = SimpleUploadedFile("users.json", b'[{"email": "a@example.com", "password": "hunter2"}]')
    given = {"users": file, "connection_id": connection.connection_id}
    shop.browser.post(IMPORTS, given, HTTP_AUTHORIZATION=f"Bearer {shop.token}")

    assert b"hunter2" not in bytes(FilePiece.objects.get().content)
    work()
    assert not FilePiece.objects.exists()


def test_a_file_whose_key_is_gone_is_asked_for_again(shop, connection, settings):
    given = {"users": SimpleUploadedFile("users.json", b"[]"), "connection_id": connection.connection_id}
    job = shop.browser.post(IMPORTS, given, HTTP_AUTHORIZATION=f"Bearer {shop.token}").json()
    settings.SECRET_KEY = "another key, long enough to please: " + "y" * 20

    work()

    ended = Job.objects.get(job_id=job["id"])
    assert (ended.status, ended.details) == (
        "failed",
        "The file cannot be decrypted: its key is no longer in ENCRYPTION_KEYS. Upload it again.",
    )


def test_what_an_import_wrote_is_undone_by_the_record_of_changes(upload, ended, jane):
    ended(upload([{"email": jane.email, "app_metadata": {"plan": "free"}}], upsert="true"))

    undo(User.objects.get(pk=jane.pk), Change.objects.latest("pk").pk, actor=command_actor("tests"))

    assert not FilePiece.objects.exists()
    assert User.objects.get(pk=jane.pk).app_metadata == {"plan": "full"}


def test_the_record_of_changes_says_which_import_it_was(upload, shop):
    answer = upload([{"email": "new@example.com"}])

    change = Change.objects.get(subject=User.objects.get(email="new@example.com").user_id)
    assert (change.face, change.actor_kind, change.request_id) == ("import", "client", answer.json()["id"])


@pytest.mark.parametrize("email", ["ﬁx@example.com", "fix@straße.example"])
def test_an_upsert_leaves_the_user_of_an_email_that_only_looks_alike(upload, ended, make_user, email):
    known = [make_user("fix", app_metadata={"plan": "full"}), make_user("x", email="fix@strasse.example")]

    answer = upload(
        [{"email": email, "email_verified": True, "app_metadata": {"plan": "free"}}], upsert="true"
    )

    assert ended(answer)[0]["summary"] == {"failed": 0, "updated": 0, "inserted": 1, "total": 1}
    for user in known:
        version = user.version
        user.refresh_from_db()
        assert (user.version, user.email_verified) == (version, False)


def test_an_upsert_finds_the_user_by_the_other_form_of_the_domain(upload, ended, make_user):
    user = make_user("x", email="jane@bücher.example")

    answer = upload([{"email": "jane@xn--bcher-kva.example", "name": "Jane"}], upsert="true")

    assert ended(answer)[0]["summary"]["updated"] == 1
    user.refresh_from_db()
    assert (user.email, user.name) == ("jane@bücher.example", "Jane")


def test_an_upsert_writes_over_what_it_may(upload, ended, jane):
    answer = upload(
        [
            {
                "email": "Jane.Doe@example.com",
                "name": "Jane Roe",
                "blocked": True,
                "user_id": "other",
                "user_metadata": {"sport": "chess"},
            },
            {"email": "jane.doe@example.com", "name": "Janet"},
            {"email": "new@example.com"},
        ],
        upsert="true",
    )

    job, errors = ended(answer)
    assert job["summary"] == {"failed": 1, "updated": 1, "inserted": 1, "total": 3}
    assert [error["errors"][0]["code"] for error in errors] == ["CONFLICT_EMAIL"]
    jane.refresh_from_db()
    # Whole, not merged; what the record does not name stays.
    assert (jane.name, jane.user_metadata, jane.app_metadata) == (
        "Jane Roe",
        {"sport": "chess"},
        {"plan": "full"},
    )
    assert (jane.blocked, jane.user_id.endswith("other")) == (None, False)


def test_who_may_only_create_writes_over_nobody(upload, api, connection, jane):
    creator = api("create:users")

    answer = upload([{"email": jane.email, "name": "X"}], token=creator.token, upsert="true")

    assert problem(answer)[0::2] == (403, "insufficient_scope")
    assert not Job.objects.exists()


def test_no_import_writes_over_staff(upload, ended, agent):
    _, errors = ended(upload([{"email": agent.email, "app_metadata": {"plan": "x"}}], upsert="true"))

    assert "staff rights" in errors[0]["errors"][0]["message"]
    assert User.objects.get(pk=agent.pk).app_metadata is None


def test_rights_are_asked_again_when_the_job_runs(api, browser, connection, jane):
    creator = api("create:users")
    file = SimpleUploadedFile("users.json", b'[{"email": "new@example.com"}]')
    header = {"HTTP_AUTHORIZATION": f"Bearer {creator.token}"}
    job = browser().post(IMPORTS, {"users": file, "connection_id": connection.connection_id}, **header).json()
    ClientGrant.objects.update(scope=["read:users"])
    work()

    assert Job.objects.get(job_id=job["id"]).status == "failed"
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize(("bytes_at_once", "most"), [(1, 2), (100, 6), (10**6, 9)])
def test_as_many_records_are_in_memory_as_two_batches_may_hold(
    upload, ended, monkeypatch, bytes_at_once, most
):
    take, records, read, ahead = import_job.import_record, import_file._records, [], []

    def reading(job):
        read.clear()
        for record in records(job):
            read.append(record.number)
            yield record

    def taking(value, *rest, **options):
        ahead.append(len(read) - len(ahead))
        return take(value, *rest, **options)

    monkeypatch.setattr(import_file, "_records", reading)
    monkeypatch.setattr(import_job, "import_record", taking)
    monkeypatch.setattr(import_file, "BATCH_BYTES", bytes_at_once)

    job, _ = ended(upload([{"email": f"user-{number}@example.com"} for number in range(9)]))

    assert job["summary"]["inserted"] == 9
    assert max(ahead) <= most


def test_no_transaction_waits_for_the_parser(upload, ended, monkeypatch):
    value = FileRecord.value

    def parsed(record):
        assert not database.in_atomic_block or len(database.savepoint_ids) == outside
        return value(record)

    outside = len(database.savepoint_ids)
    monkeypatch.setattr(FileRecord, "value", parsed)

    job, _ = ended(upload([{"email": "a@example.com"}, {"email": "b@example.com"}]))

    assert job["summary"]["inserted"] == 2


def test_stopped_in_the_middle_it_goes_on_and_nobody_comes_twice(upload, ended, monkeypatch):
    monkeypatch.setattr(import_file, "BATCH", 2)
    take, calls = import_job.import_record, []

    def stumble(value, *rest, **options):
        calls.append(value["email"])
        if len(calls) == 4:
            raise RuntimeError("the power went out")
        return take(value, *rest, **options)

    monkeypatch.setattr(import_job, "import_record", stumble)
    answer = upload([{"email": f"user-{number}@example.com"} for number in range(7)])
    assert (Job.objects.get().status, User.objects.count()) == ("pending", 2)
    Job.objects.update(due_at=timezone.now())
    work()

    job, errors = ended(answer)
    assert (job["status"], job["summary"]["inserted"], errors) == ("completed", 7, [])
    assert User.objects.count() == 7
    assert calls.count("user-2@example.com") == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"nonsense", "a record must be an object"),
        (b'[{"email": "a@example.com"}, {"email": ]', "record 2"),
    ],
)
def test_a_file_that_is_none_fails_whole(upload, ended, text, reason):
    job, error = ended(upload(text))

    assert job["status"] == "failed"
    assert reason in job["status_details"]
    assert error == job
    assert not User.objects.exists()


def test_what_is_missing_or_wrong_is_named(upload, shop, connection, make_client):
    def said(**parts):
        return problem(upload(parts.pop("text", b"[]"), **parts))[1]

    assert problem(shop.browser.post(IMPORTS, {}, HTTP_AUTHORIZATION=f"Bearer {shop.token}"))[:2] == (
        400,
        "Must provide 'users' file as multipart part.",
    )
    assert said(connection_id=None) == "Must provide 'connection_id' as multipart part."
    assert "does not match pattern" in said(connection_id="7")
    assert said(connection_id="con_0123456789abcdef") == "The connection does not exist."
    assert said(text=b"") == "Users file must not be empty."
    assert "upsert" in said(upsert="perhaps")
    assert "A file" in said(connection_id=SimpleUploadedFile("id.txt", b"x"))
    connection.is_enabled = False
    connection.save()
    assert said() == "Connection must be enabled."
    answer = shop.post(IMPORTS, {"connection_id": connection.connection_id})
    assert problem(answer)[0] == 415


def test_a_file_may_be_larger_than_other_bodies_but_not_endless(upload, settings, ended):
    settings.API_MAX_BYTES = 2000
    records = [{"email": f"user-{number}@example.com"} for number in range(250)]
    job, _ = ended(upload(records))
    assert job["summary"]["inserted"] == 250

    settings.IMPORT_MAX_BYTES = 2000
    assert problem(upload(records)) == (
        413,
        "Payload content length greater than maximum allowed: 2000",
        "payload_too_large",
    )


def test_under_strict_limits_two_imports_run_at_once(shop, connection, settings):
    settings.STRICT_LIMITS = True

    def send():
        file = SimpleUploadedFile("users.json", b"[]")
        given = {"users": file, "connection_id": connection.connection_id}
        return shop.browser.post(IMPORTS, given, HTTP_AUTHORIZATION=f"Bearer {shop.token}").status_code

    assert [send(), send(), send()] == [202, 202, 429]


# --- Exports ----------------------------------------------------------------------------


@pytest.fixture
def fetch(shop):
    """Ask for an export, let a worker do it, and open its file with no token at all."""

    def export(**asked):
        answer = shop.post(EXPORTS, asked)
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == "pending"
        work()
        job = shown(shop.get(f"{JOBS}/{answer.json()['id']}"))
        assert job["status"] == "completed", job
        file = Browser().get(job["location"])
        assert file.status_code == 200
        return gzip.decompress(file.getvalue()).decode()

    return export


def test_json_is_a_user_on_each_line(fetch, jane, stranger):
    fields = [
        {"name": "email"},
        {"name": "identities[0].connection", "export_as": "From"},
        {"name": "user_metadata.hobby", "export_as": "Hobby"},
        {"name": "app_metadata"},
        {"name": "identities[3].connection"},
        {"name": "email.domain"},
    ]

    lines = [json.loads(line) for line in fetch(fields=fields).splitlines()]

    assert lines == [
        {
            "email": jane.email,
            "From": jane.connection.name,
            "Hobby": "surfing",
            "app_metadata": {"plan": "full"},
        },
        {"email": stranger.email, "From": jane.connection.name},
    ]


def test_csv_holds_no_formula(fetch, make_user):
    make_user("a", name="=1+1", user_metadata={"says": 'a "b"\nc', "age": 7, "n": 12345678901234567890123})
    fields = [
        {"name": "name", "export_as": "=Name"},
        {"name": "user_metadata.says"},
        {"name": "user_metadata.age"},
        {"name": "user_metadata"},
        {"name": "created_at"},
        {"name": "name", "export_as": "updated_at"},
    ]

    head, row = csv.reader(io.StringIO(fetch(format="csv", fields=fields), newline=""))

    assert head[:5] == ["'=Name", "user_metadata.says", "user_metadata.age", "user_metadata", "created_at"]
    assert row[:3] == ["'=1+1", '\'a "b"\nc', "7"]
    assert json.loads(row[3][1:])["n"] == 12345678901234567890123
    assert row[4].endswith("Z")
    assert row[5] == "'=1+1"


@pytest.mark.parametrize("csv_bom", [True, False, None])
def test_csv_begins_with_a_byte_order_mark_where_one_is_asked_for(fetch, make_user, csv_bom):
    make_user("a", name="Zoë")
    wish = {} if csv_bom is None else {"csv_bom": csv_bom}

    text = fetch(format="csv", fields=[{"name": "name"}], **wish)

    assert text == ("\ufeff" if csv_bom else "") + '"name"\r\n"\'Zoë"\r\n'


def test_the_byte_order_mark_is_echoed_and_not_for_json(shop):
    assert shop.post(EXPORTS, {"format": "csv", "csv_bom": True}).json()["csv_bom"] is True
    assert "csv_bom" not in shop.post(EXPORTS, {"format": "csv"}).json()
    assert problem(shop.post(EXPORTS, {"csv_bom": True})) == (
        400,
        "Payload validation error: 'A byte order mark is for the format csv' on property csv_bom.",
        "invalid_body",
    )
    assert shop.post(EXPORTS, {"csv_bom": False}).status_code == 200


def test_an_export_whose_key_is_gone_is_not_there(shop, jane, settings):
    settings.ENCRYPTION_KEYS = ("a key, long enough to please: " + "y" * 20,)
    job = shop.post(EXPORTS, {}).json()
    work()
    link = shown(shop.get(f"{JOBS}/{job['id']}"))["location"]
    assert Browser().get(link).status_code == 200

    settings.ENCRYPTION_KEYS = ()

    assert Browser().get(link).status_code == 404


def test_the_usual_fields_of_some(fetch, jane, make_user, connection):
    for number in range(5):
        make_user(f"user-{number}")

    lines = [json.loads(line) for line in fetch(limit=3, connection_id=connection.connection_id).splitlines()]

    assert len(lines) == 3
    assert lines[0].keys() == {
        *("user_id", "nickname", "name", "email", "email_verified", "picture"),
        *("identities[0].connection", "created_at", "updated_at"),
    }


def test_nobody_is_an_empty_file(fetch, connection):
    assert fetch() == ""
    assert fetch(format="csv", fields=[{"name": "email"}]) == '"email"\r\n'


def test_pages_go_on_where_the_last_one_ended(fetch, make_user, monkeypatch):
    monkeypatch.setattr("users.import_export.export_job.PAGE_SIZE", 2)
    emails = [make_user(f"user-{number}").email for number in range(5)]

    assert [json.loads(line)["email"] for line in fetch(fields=[{"name": "email"}]).splitlines()] == emails


def test_people_are_written_without_holding_them_all(fetch, make_user, monkeypatch):
    for number in range(30):
        make_user(f"user-{number}")
    alive, most = weakref.WeakSet(), []

    def noted(user, viewer):
        alive.add(user)
        most.append(len(alive))
        return serialize_profile(user, viewer)

    monkeypatch.setattr(export_job, "serialize_profile", noted)

    assert len(fetch().splitlines()) == 30
    assert max(most) < 10


def test_a_link_lasts_a_minute_and_the_file_a_day(shop, jane, monkeypatch):
    job = shop.post(EXPORTS, {}).json()
    work()
    link = shown(shop.get(f"{JOBS}/{job['id']}"))["location"]
    assert Browser().get(link.replace("/exports/", "/exports/x")).status_code == 404
    monkeypatch.setattr("users.web.export_links.LIFETIME", timedelta(seconds=-1))
    assert Browser().get(link).status_code == 404
    monkeypatch.undo()

    Job.objects.update(finished_at=timezone.now() - timedelta(hours=25))

    assert Browser().get(link).status_code == 404
    expired = shown(shop.get(f"{JOBS}/{job['id']}"))
    assert (expired["status"], "location" in expired) == ("expired", False)
    Job.objects.create(kind=Job.Kind.HOUSEKEEPING, due_at=timezone.now())
    Job.objects.filter(kind=Job.Kind.HOUSEKEEPING).update(actor=serialize_actor(command_actor("tests")))
    work()
    assert not FilePiece.objects.exists()


def test_a_link_is_for_who_may_read_users_and_names_its_file_itself(shop, api, jane):
    job = shop.post(EXPORTS, {}).json()
    work()
    address = f"{JOBS}/{job['id']}"

    assert "location" not in shown(api("create:users").get(address))
    link = shown(api("read:users").get(address))["location"]
    for name in ("a%22;%20filename=b.html", "a%0d%0aSet-Cookie:%20a=b"):
        file = Browser().get(link.rpartition("/")[0] + "/" + name)
        assert file["Content-Disposition"] == f'attachment; filename="{link.rpartition("/")[2]}"'


def test_a_wrong_connection_is_told(shop):
    answer = shop.post(EXPORTS, {"connection_id": "con_0123456789abcdef"})

    assert problem(answer)[:2] == (400, "The connection does not exist.")


def test_under_strict_limits_csv_holds_thirty_columns_and_no_document(shop, settings):
    settings.STRICT_LIMITS = True
    many = [{"name": f"user_metadata.k{number}"} for number in range(31)]

    assert problem(shop.post(EXPORTS, {"format": "csv", "fields": many}))[0] == 400
    whole = shop.post(EXPORTS, {"format": "csv", "fields": [{"name": "user_metadata"}]})
    assert "fields[0].name" in problem(whole)[1]
    assert shop.post(EXPORTS, {"fields": [{"name": "user_metadata"}, *many]}).status_code == 200


def test_what_was_exported_can_be_imported(fetch, upload, ended, jane):
    lines = fetch(fields=[{"name": name} for name in ("user_id", "email", "user_metadata", "app_metadata")])
    record = json.loads(lines)
    delete_user(jane, actor=command_actor("tests"))

    job, errors = ended(upload([record | {"user_id": record["user_id"].removeprefix("auth0|")}]))

    assert (job["summary"]["inserted"], errors) == (1, [])
    again = User.objects.get()
    assert (again.user_id, again.app_metadata) == (jane.user_id, {"plan": "full"})


def test_a_record_without_a_required_user_name_fails_alone(upload, ended, connection):
    connection.options = {"requires_username": True}
    connection.save()

    job, errors = ended(upload([{"email": "a@example.com"}, {"email": "b@example.com", "username": "b"}]))

    assert (job["summary"]["failed"], job["summary"]["inserted"]) == (1, 1)
    assert "missing username for" in errors[0]["errors"][0]["message"]
