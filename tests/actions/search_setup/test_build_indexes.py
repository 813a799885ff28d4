"""The job that makes and drops the indexes of a key, as a worker does it."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import connection as database

from tests.jobs.conftest import AT_ONCE
from users.actions.search_setup.indexed_keys import drop_key, index_key
from users.actions.search_setup.maintenance_thread import ADVISORY_LOCK_ID
from users.jobs.enqueue import enqueue
from users.jobs.worker import Worker
from users.models import IndexedKey, Job
from users.rights.actor import command_actor, staff_actor
from users.search.indexed_keys import is_sortable
from users.search.sql.indexes import PREFIX, index_definitions

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
on_postgresql = pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite does it in a transaction")
SHELL = command_actor("tests")
CREDITS = "app_metadata.credits"
BUILDING = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
    " AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
)


@pytest.fixture(autouse=True)
def _nothing_left():
    yield
    for name in made():
        run(f"DROP INDEX {name}")


@pytest.fixture
def worker():
    return Worker(AT_ONCE)


def run(statement):
    with database.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def made():
    """Names of indexes of keys, and whether each is of use."""
    if database.vendor == "postgresql":
        return dict(
            run(
                "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON indexrelid = oid"
                f" WHERE relname LIKE '{PREFIX}%'"
            )
        )
    return {name: True for (name,) in run(f"SELECT name FROM sqlite_schema WHERE name LIKE '{PREFIX}%'")}


def state(key):
    return IndexedKey.objects.select_related("job").get(pk=key.pk).state


def test_indexes_are_made_and_dropped(worker, make_user):
    make_user(app_metadata={"credits": 7})
    key = index_key(CREDITS, "number", actor=SHELL)
    assert not is_sortable("app_metadata", ("credits",))

    assert worker.work()

    assert made() == dict.fromkeys(index_definitions(key), True)
    assert state(key) == "ready"
    assert Job.objects.get().status == "completed"
    assert is_sortable("app_metadata", ("credits",))

    drop_key(key, actor=SHELL)
    assert not is_sortable("app_metadata", ("credits",))
    assert worker.work()

    assert made() == {}
    assert not IndexedKey.objects.exists()


def test_whoever_lost_the_right_meanwhile_gets_no_index(worker, administrator):
    key = index_key(CREDITS, "number", actor=staff_actor(administrator))
    administrator.groups.through.objects.all().delete()

    assert worker.work()

    assert (state(key), made()) == ("failed", {})


def test_a_job_that_others_have_overtaken_does_nothing(worker):
    key = index_key(CREDITS, "number", actor=SHELL)
    drop_key(key, actor=SHELL)

    assert worker.work()
    assert worker.work()

    assert made() == {}
    assert not IndexedKey.objects.exists()


@on_postgresql
def test_what_a_killed_worker_left_half_built_is_made_again_and_the_rest_is_kept(worker):
    key = index_key(CREDITS, "number", actor=SHELL)
    worker.work()
    up, *others = index_definitions(key)
    before = oids()
    run(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{up}'::regclass")
    run(f"DROP INDEX {others[-1]}")
    IndexedKey.objects.update(status="building")
    Job.objects.update(status="failed")

    index_key(CREDITS, actor=SHELL)
    worker.work()

    assert made() == dict.fromkeys(index_definitions(key), True)
    assert oids()[up] != before[up]
    assert oids()[others[0]] == before[others[0]]


def oids():
    return dict(run(f"SELECT relname, oid FROM pg_class WHERE relname LIKE '{PREFIX}%'"))


@pytest.fixture
def elsewhere():
    """Another connection, which holds the lock: the server's, of a worker that was killed."""
    connection = psycopg.connect(**database.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    connection.autocommit = True
    connection.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK_ID})")
    yield connection
    connection.close()


def while_at_work(job, act):
    """Calls it once a worker has begun the job."""

    def wait():
        while Job.objects.get(pk=job.pk).status == "pending":
            pass
        act()
        database.close()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@on_postgresql
def test_it_waits_for_the_statement_of_a_killed_worker_to_end(worker, elsewhere):
    key = index_key(CREDITS, "number", actor=SHELL)
    name, index = next(iter(index_definitions(key).items()))

    def end():
        assert not made()
        elsewhere.execute(f"CREATE INDEX CONCURRENTLY {name} {index}")
        elsewhere.close()

    thread = while_at_work(key.job, end)
    assert worker.work()
    thread.join()

    assert made() == dict.fromkeys(index_definitions(key), True)
    assert state(key) == "ready"


@pytest.fixture
def writer():
    """A transaction that has written to the accounts: no index of them can be ended before it is."""
    connection = psycopg.connect(**database.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    connection.execute("LOCK TABLE users_user IN ROW EXCLUSIVE MODE")
    yield connection
    connection.close()


@on_postgresql
def test_cancelled_in_the_middle_of_an_index_it_leaves_none_that_is_of_no_use(worker, writer):
    key = index_key(CREDITS, "number", actor=SHELL)

    def cancel():
        while not made():
            pass
        Job.objects.update(cancelled_by="Jane")
        # It stands there, unfinished, until the transaction ends; so does its end.
        while run(BUILDING):
            pass
        writer.rollback()

    thread = while_at_work(key.job, cancel)
    assert worker.work()
    thread.join()

    assert (state(key), made()) == ("failed", {})


@on_postgresql
def test_what_a_job_that_was_given_up_left_unfinished_goes_with_the_daily_clearing(worker):
    key = index_key(CREDITS, "number", actor=SHELL)
    worker.work()
    up, *others = index_definitions(key)
    run(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{up}'::regclass")
    IndexedKey.objects.update(status="building")
    Job.objects.update(status="failed")

    enqueue("housekeeping", actor=SHELL)
    worker.work()

    assert made() == dict.fromkeys(others, True)


@on_postgresql
def test_while_it_builds_it_can_be_cancelled(worker, elsewhere):
    key = index_key(CREDITS, "number", actor=SHELL)

    thread = while_at_work(key.job, lambda: Job.objects.update(cancelled_by="Jane"))
    assert worker.work()
    thread.join()

    assert Job.objects.get().status == "cancelled"
    assert (state(key), made()) == ("failed", {})
