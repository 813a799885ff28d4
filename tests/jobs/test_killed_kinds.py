"""Each kind of job of the product, its worker killed with -9: another does the rest, and nothing is
there twice or half."""

from __future__ import annotations

import gzip
import json
import signal

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.jobs.conftest import AT_ONCE, now
from tests.jobs.nursery import wait_until
from tests.jobs.test_killed import ON_SQLITE, work_all
from users.actions.search_setup.indexed_keys import index_key
from users.bulk_actions.request import request_bulk_action, request_undo
from users.import_export.import_record import Existing
from users.import_export.requests import request_check
from users.jobs.enqueue import enqueue
from users.jobs.files import read_chunks, store_file
from users.jobs.worker import Worker
from users.models import Change, Connection, IndexedKey, MetadataKey, User
from users.rights.actor import command_actor
from users.search.selection import Selection
from users.search.sql.indexes import index_definitions

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SHELL = command_actor("tests")
IN_STEPS = ("before note:2", "after note:2", "before put_away")
# PostgreSQL makes indexes outside of transactions, the first of them by the sixth statement.
AROUND_ONE = ("before note", "before put_away") if ON_SQLITE else ("after statement:6", "before put_away")


@pytest.fixture
def kill(nursery, make_user):
    """Have a worker killed at that moment of a job, and another do the rest."""
    for number in range(5):
        make_user(app_metadata={"n": number})

    def run(job, moment):
        victim = nursery.start(has_all_kinds=True, dies=moment, lease=0)
        assert nursery.wait(victim) == -signal.SIGKILL, moment
        work_all(Worker(AT_ONCE))
        return now(job)

    return run


@pytest.mark.parametrize("moment", IN_STEPS)
def test_an_import(kill, moment):
    parameters = {"connection_id": Connection.objects.get().connection_id, "existing": "refuse"}
    job = enqueue("users_import", actor=SHELL, parameters=parameters)
    store_file(job, [json.dumps([{"email": f"new-{number}@example.com"} for number in range(5)]).encode()])

    job = kill(job, moment)

    new = User.objects.filter(email__startswith="new-")
    assert job.result == {"summary": {"failed": 0, "updated": 0, "inserted": 5, "total": 5}}
    assert new.count() == Change.objects.filter(user__in=new, what="created").count() == 5


@pytest.mark.parametrize("moment", IN_STEPS)
def test_the_check_of_an_import(kill, moment):
    emails = [f"new-{number}@example.com" for number in (0, 1, 2, 1)]
    file = json.dumps([{"email": email} for email in emails]).encode()
    job = request_check(
        [file], Connection.objects.get(), Existing.REFUSE, file_name="users.json", actor=SHELL
    )

    job = kill(job, moment)

    assert job.result["summary"] == {"inserted": 3, "updated": 0, "unchanged": 0, "failed": 1, "total": 4}
    assert list(job.failed_records.values_list("number", flat=True)) == [4]
    assert not User.objects.filter(email__startswith="new-").exists()


@pytest.mark.parametrize("moment", IN_STEPS)
def test_an_export(kill, moment):
    job = kill(enqueue("users_export", actor=SHELL, parameters={"format": "json"}), moment)

    lines = gzip.decompress(b"".join(read_chunks(job))).splitlines()
    everybody = User.objects.order_by("pk").values_list("user_id", flat=True)
    assert job.result == {"exported": 5}
    assert [json.loads(line)["user_id"] for line in lines] == list(everybody)


@pytest.mark.parametrize("moment", IN_STEPS)
def test_a_bulk_action(kill, moment):
    job = kill(request_bulk_action("block", Selection(at=timezone.now()), actor=SHELL), moment)

    assert job.result == {"summary": {"changed": 5, "unchanged": 0, "skipped": 0}}
    assert User.objects.filter(blocked=True).count() == 5
    assert Change.objects.filter(request_id=job.job_id).count() == 5


@pytest.mark.parametrize("moment", IN_STEPS)
def test_the_undo_of_a_bulk_action(kill, moment):
    block = request_bulk_action("block", Selection(at=timezone.now()), actor=SHELL)
    work_all(Worker(AT_ONCE))

    job = kill(request_undo(block, actor=SHELL), moment)

    assert job.result == {"summary": {"changed": 5, "unchanged": 0, "skipped": 0}}
    assert not User.objects.filter(blocked=True).exists()


@pytest.mark.parametrize("moment", IN_STEPS)
def test_a_survey(kill, moment):
    job = kill(enqueue("metadata_count", actor=SHELL), moment)

    assert job.result == {"people": 5, "keys": 1}
    key = MetadataKey.objects.get()
    assert (key.document, key.name, key.exact["users"]) == ("app_metadata", "n", 5)


@pytest.mark.parametrize("moment", AROUND_ONE)
def test_the_indexes_of_a_key(kill, moment):
    key = index_key("app_metadata.n", "number", actor=SHELL)

    assert kill(key.job, moment).status == "completed"

    assert IndexedKey.objects.get().state == "ready"
    assert valid(key) == dict.fromkeys(index_definitions(key), True)
    drop(key)


@pytest.mark.skipif(ON_SQLITE, reason="it does it in a transaction")
def test_an_index_that_was_half_made(nursery, kill):
    key = index_key("app_metadata.n", "number", actor=SHELL)
    first, *_ = index_definitions(key)
    writer = database.copy()
    with writer.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE users_user IN ROW EXCLUSIVE MODE")
    victim = nursery.start(has_all_kinds=True, lease=0.1)
    # No index can be ended before those who write.
    wait_until(lambda: first in valid(key))

    nursery.kill(victim)
    with database.cursor() as cursor:
        # As when the server is begun anew.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURR%'"
        )
    assert valid(key) == {first: False}
    writer.close()
    work_all(Worker(AT_ONCE))

    assert (now(key.job).status, valid(key)) == ("completed", dict.fromkeys(index_definitions(key), True))
    drop(key)


def valid(key):
    """The indexes there are of the key, and whether each is of use."""
    names = list(index_definitions(key))
    with database.cursor() as cursor:
        if ON_SQLITE:
            cursor.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
            return {name: True for (name,) in cursor.fetchall() if name in names}
        cursor.execute(
            "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON indexrelid = oid"
            " WHERE relname = ANY(%s)",
            [names],
        )
        return dict(cursor.fetchall())


def drop(key):
    with database.cursor() as cursor:
        for name in index_definitions(key):
            cursor.execute(f"DROP INDEX {name}")
