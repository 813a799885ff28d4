"""The check of an import: it says what the import would do, and writes nothing."""

from __future__ import annotations

import json
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jobs.conftest import AT_ONCE
from tests.jobs.test_killed import work_all
from users.import_export.check_job import MAX_EXAMPLES
from users.import_export.import_record import Existing
from users.import_export.requests import request_check, request_import
from users.jobs.enqueue import enqueue
from users.jobs.files import store_file
from users.jobs.worker import Worker
from users.models import Change, FailedRecord, FilePiece, Job, User
from users.rights.actor import command_actor, staff_actor

SHELL = command_actor("tests")
EXISTING = tuple(Existing)


@pytest.fixture
def run_check(connection):
    """Check a file of these records, as a worker does it."""

    def check(records, existing=Existing.REFUSE, *, actor=SHELL) -> Job:
        text = records if isinstance(records, bytes) else json.dumps(records).encode()
        job = request_check([text], connection, existing, file_name="users.json", actor=actor)
        work_all(Worker(AT_ONCE))
        return Job.objects.get(pk=job.pk)

    return check


def stored() -> list:
    """Everything that an import might write."""
    users = list(User.objects.order_by("pk").values())
    return [users, Change.objects.count()]


def test_it_counts_what_the_import_would_do_and_writes_nothing(run_check, make_user):
    make_user("jane", name="Jane", app_metadata={"plan": "free", "seats": 3})
    make_user("same", app_metadata={"plan": "full"})
    before = stored()

    job = run_check(
        [
            {"email": "new@example.com", "user_metadata": {"theme": "dark"}},
            {"email": "jane@example.com", "app_metadata": {"plan": "full"}},
            {"email": "same@example.com", "app_metadata": {"plan": "full"}},
            {"email": "no address"},
        ],
        Existing.REPLACE,
    )

    assert job.result == {
        "summary": {"inserted": 1, "updated": 1, "unchanged": 1, "failed": 1, "total": 4},
        "lost_keys": 1,  # Jane's seats
    }
    assert stored() == before
    assert FilePiece.objects.filter(job=job).exists()  # the import takes it
    examples = job.state["examples"]
    assert {outcome: [user["user"] for user in users] for outcome, users in examples.items()} == {
        "inserted": ["new@example.com"],
        "updated": ["jane@example.com"],
        "unchanged": ["same@example.com"],
    }
    assert examples["updated"][0]["changes"] == [
        {"part": "app_metadata", "path": "plan", "before": '"free"', "after": '"full"'},
        {"part": "app_metadata", "path": "seats", "before": "3"},
    ]
    [new] = examples["inserted"]
    assert {"part": "user_metadata", "path": "user_metadata", "after": '{"theme":"dark"}'} in new["changes"]
    assert [record.errors[0]["path"] for record in job.failed_records.all()] == ["email"]


def test_merging_loses_no_key(run_check, make_user):
    make_user("jane", app_metadata={"plan": "free", "seats": 3})

    job = run_check([{"email": "jane@example.com", "app_metadata": {"plan": "full"}}], Existing.MERGE)

    assert job.result["lost_keys"] == 0
    assert [each["path"] for each in job.state["examples"]["updated"][0]["changes"]] == ["plan"]


@pytest.mark.parametrize("existing", EXISTING)
@pytest.mark.parametrize(
    "second",
    [
        {"email": "New@Example.com"},
        {"email": "other@example.com", "user_id": "7"},
        {"email": "other@example.com", "user_id": "auth0|7"},
    ],
)
def test_a_user_named_twice_in_the_file_is_refused_the_second_time(run_check, existing, second):
    job = run_check([{"email": "new@example.com", "user_id": "7"}, second], existing)

    assert job.result["summary"]["inserted"] == job.result["summary"]["failed"] == 1
    assert [record.number for record in job.failed_records.all()] == [2]


def test_a_check_that_goes_on_after_an_interruption_knows_the_users_before(run_check, connection):
    records = [{"email": email} for email in ("a@example.com", "no address", "a@example.com")]
    whole = run_check(records)
    job = request_check(
        [json.dumps(records).encode()], connection, Existing.REFUSE, file_name="users.json", actor=SHELL
    )
    # As an attempt left it that was interrupted after two records.
    Job.objects.filter(pk=job.pk).update(done=2, total=3, state={"inserted": 1, "failed": 1})
    FailedRecord.objects.create(job=job, number=2, user={}, errors=[])

    work_all(Worker(AT_ONCE))

    job.refresh_from_db()
    assert job.result["summary"] == whole.result["summary"]
    assert job.result["summary"]["failed"] == 2


def test_examples_are_few_and_their_values_short(run_check):
    records = [
        {"email": f"new-{number}@example.com", "user_metadata": {f"k{key}": "x" * 500 for key in range(20)}}
        for number in range(MAX_EXAMPLES + 5)
    ]

    job = run_check(records)

    assert len(job.state["examples"]["inserted"]) == MAX_EXAMPLES
    assert len(json.dumps(job.state)) < 100_000


DOCUMENT = st.dictionaries(
    st.sampled_from(["plan", "b.c", "seats"]), st.none() | st.integers(0, 1), max_size=2
)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"email": st.sampled_from(["jane", "JANE", "a", "b", "@"])},
        optional={
            "user_id": st.sampled_from(["1", "2"]),
            "name": st.sampled_from(["Jane", "Another"]),
            "blocked": st.booleans(),
            "user_metadata": DOCUMENT,
            "app_metadata": DOCUMENT,
        },
    ),
    max_size=4,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, existing=st.sampled_from(EXISTING))
def test_the_check_and_the_import_agree(records, existing, make_user, agent, run_check):
    """Law: the import writes each record that its check accepts, and no other."""
    # Names of their own, since the users of earlier examples are still there.
    number = secrets.token_hex(4)
    make_user(f"jane-{number}", app_metadata={"plan": 1})
    for record in records:
        record["email"] = f"{record['email']}-{number}@example.com"
        if "user_id" in record:
            record["user_id"] += number
    actor = staff_actor(agent)

    check = run_check(records, existing, actor=actor)
    parameters = {"connection_id": check.parameters["connection_id"], "existing": existing}
    job = enqueue(Job.Kind.USERS_IMPORT, actor=actor, parameters=parameters)
    store_file(job, [json.dumps(records).encode()])
    work_all(Worker(AT_ONCE))

    job.refresh_from_db()
    expected, actual = check.result["summary"], job.result["summary"]
    assert actual["inserted"] == expected["inserted"]
    assert actual["updated"] == expected["updated"] + expected["unchanged"]
    assert [record.number for record in job.failed_records.all()] == [
        record.number for record in check.failed_records.all()
    ]


def test_the_import_takes_the_checked_file_once(run_check, agent):
    actor = staff_actor(agent)
    check = run_check([{"email": "new@example.com"}], actor=actor)

    job, again = request_import(check, actor=actor), request_import(check, actor=actor)
    work_all(Worker(AT_ONCE))

    assert job == again
    job.refresh_from_db()
    assert job.result == {"summary": {"failed": 0, "updated": 0, "inserted": 1, "total": 1}}
    assert User.objects.filter(email="new@example.com").exists()
    assert not FilePiece.objects.exists()
