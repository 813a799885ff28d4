"""The database is stopped, full, read-only or busy: each face answers 503 in its own form, and
works again as soon as the database does."""

from __future__ import annotations

import io
import logging
import secrets
import threading

import psycopg
import pytest
from django.db import Error, connection, transaction
from django.test import Client as Browser

from tests.availability.blocking import full_tablespace, locked, read_only
from tests.conftest import PASSWORD, SHELL
from users.availability.outage import Kind, outage_of
from users.availability.report import OutageFilter
from users.jobs.enqueue import enqueue
from users.jobs.timing import Timing
from users.jobs.worker import Worker
from users.mail.verification import mail_verification  # noqa: F401 - declares its kind of job
from users.models import Connection, Job, User

USERS = "/api/v2/users"
AWAY = "The database is not available. Try again in a few seconds."
READ_ONLY = "The database cannot store changes at the moment. Try again later."


def visit(visitor: Browser, method: str, path: str, **data):
    """What a server would answer, where the test client would raise."""
    visitor.raise_request_exception = False
    return getattr(visitor, method)(path, **data)


def is_page(answer, text: str) -> bool:
    """Whether it is our error page for an outage."""
    html = answer.content.decode()
    return (
        answer.status_code == 503
        and answer["Content-Type"].startswith("text/html")
        and "Temporarily unavailable" in html
        and text in html
        and "Traceback" not in html
        and int(answer["Retry-After"]) > 0
    )


def is_json(answer, text: str, code: str) -> bool:
    """Whether it is the Management API's envelope."""
    return (
        answer.status_code == 503
        and int(answer["Retry-After"]) > 0
        and answer.json()
        == {"statusCode": 503, "error": "Service Unavailable", "message": text, "errorCode": code}
    )


def ask_for_token(visitor: Browser, client):
    body = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": "s3cret",
        "audience": "http://127.0.0.1:8000/api/v2/",
    }
    return visit(visitor, "post", "/oauth/token", data=body, content_type="application/json")


# Stopped


def test_pages_are_503_and_nobody_is_signed_out(own_database, browser, jane, agent):
    member, staff = browser(jane), browser(agent)
    own_database.stop()

    answers = [visit(member, "get", path) for path in ("/", "/profile/", "/password/change/")]
    answers += [visit(staff, "get", f"/admin/{page}") for page in ("", "users/user/", "changes/", "log/")]

    own_database.start()
    for answer in answers:
        assert is_page(answer, AWAY), answer.request["PATH_INFO"]
        assert not answer.cookies
    assert visit(member, "get", "/profile/").status_code == 200
    assert visit(staff, "get", "/admin/users/user/").status_code == 200


def test_forms_of_visitors_are_503(own_database, jane):
    forms = {
        "/login/": {"login": "jane.doe@example.com", "password": PASSWORD},
        "/password/reset/": {"email": "jane.doe@example.com"},
    }
    own_database.stop()

    answers = [visit(Browser(), "post", path, data=body) for path, body in forms.items()]

    own_database.start()
    assert all(is_page(answer, AWAY) for answer in answers)
    for path, body in forms.items():
        assert visit(Browser(), "post", path, data=body).status_code == 302


def test_the_management_api_answers_in_its_envelope(own_database, api, jane):
    everything = api()
    everything.browser.raise_request_exception = False
    calls = [("GET", USERS, None), ("POST", USERS, {}), ("PATCH", f"{USERS}/{jane.user_id}", {"name": "J"})]
    own_database.stop()

    answers = [everything.call(*call) for call in calls]

    own_database.start()
    for answer in answers:
        assert is_json(answer, AWAY, "database_unavailable")
        assert answer["X-Request-ID"]
        assert "x-ratelimit-limit" in answer
    assert everything.get(USERS).status_code == 200


def test_the_token_endpoint_answers_in_the_form_of_oauth(own_database, make_client):
    client = make_client()
    own_database.stop()

    answer = ask_for_token(Browser(), client)

    own_database.start()
    assert answer.status_code == 503
    assert answer.json() == {"error": "temporarily_unavailable", "error_description": AWAY}
    assert int(answer["Retry-After"]) > 0
    assert answer["Cache-Control"] == "no-store"
    assert ask_for_token(Browser(), client).status_code == 200


def test_the_public_keys_are_503_in_json(own_database):
    own_database.stop()

    answer = visit(Browser(), "get", "/.well-known/jwks.json")

    own_database.start()
    assert is_json(answer, AWAY, "database_unavailable")


def test_the_process_is_alive_but_not_ready(own_database):
    ask = Browser().get
    assert ask("/readyz").status_code == 200
    own_database.stop()

    alive, ready = ask("/healthz"), ask("/readyz")

    own_database.start()
    assert alive.status_code == 200
    assert (ready.status_code, ready.content) == (503, b"database_unavailable\n")
    assert int(ready["Retry-After"]) > 0
    assert ask("/readyz").content == b"ready\n"


def test_a_storm_of_failures_is_one_line_without_a_stack_trace(own_database, browser, jane, api):
    member, everything = browser(jane), api()
    everything.browser.raise_request_exception = False
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(OutageFilter())
    logging.getLogger().addHandler(handler)
    own_database.stop()
    try:
        for _ in range(10):
            visit(member, "get", "/profile/")
            everything.get(USERS)
            visit(Browser(), "get", "/readyz")
    finally:
        logging.getLogger().removeHandler(handler)
        own_database.start()

    assert len(written.getvalue().splitlines()) == 1, written.getvalue()
    assert written.getvalue().startswith("database_unavailable: ")


def test_a_server_that_crashes_within_a_transaction(own_database, jane):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")

    with pytest.raises(Error) as caught, transaction.atomic():  # noqa: PT012 - where it breaks is the point
        User.objects.count()
        own_database.stop("immediate")
        User.objects.count()

    own_database.start()
    assert outage_of(caught.value).kind is Kind.DATABASE_UNAVAILABLE
    assert User.objects.filter(pk=jane.pk).exists()


def test_a_restart_between_two_requests_is_not_noticed(own_database, browser, jane):
    member = browser(jane)
    visit(member, "get", "/profile/")
    own_database.stop()
    own_database.start()

    assert visit(member, "get", "/profile/").status_code == 200


def test_a_worker_waits_for_the_database_and_goes_on(own_database, jane):
    job = enqueue(Job.Kind.VERIFICATION_EMAIL, actor=SHELL, user=jane)
    rests = []

    class Patient(Worker):
        def _rest(self) -> None:
            rests.append(1)
            if len(rests) == 3:
                own_database.start()
            if len(rests) > 3:
                self.stop()

    own_database.stop()
    Patient(Timing(schedule_interval=3600)).run()

    # It rested each time, so it did not spin; the fourth time there was nothing left to do.
    assert len(rests) == 4
    assert Job.objects.get(pk=job.pk).is_finished


# Full and read-only


def sign_in(visitor: Browser, password: str = PASSWORD):
    return visit(visitor, "post", "/login/", data={"login": "jane.doe@example.com", "password": password})


def test_a_read_only_database_still_shows_pages_and_refuses_changes(own_database, browser, jane, api):
    member, everything = browser(jane), api()
    everything.browser.raise_request_exception = False

    with read_only():
        shown = visit(member, "get", "/profile/")
        listed = everything.get(USERS)
        patched = everything.patch(f"{USERS}/{jane.user_id}", {"user_metadata": {"a": 1}})
        saved = visit(member, "post", "/password/reset/", data={"email": jane.email})
        ready = Browser().get("/readyz")

    assert (shown.status_code, listed.status_code) == (200, 200)
    assert is_json(patched, READ_ONLY, "database_read_only")
    assert is_page(saved, READ_ONLY)
    assert (ready.status_code, ready.content) == (503, b"database_read_only\n")
    assert everything.patch(f"{USERS}/{jane.user_id}", {"user_metadata": {"a": 1}}).status_code == 200


def test_where_attempts_cannot_be_counted_no_password_is_judged(own_database, jane):
    with read_only():
        right, wrong = sign_in(Browser()), sign_in(Browser(), "wrong")

    assert is_page(right, READ_ONLY)
    assert is_page(wrong, READ_ONLY)


def test_a_full_disk_is_503_and_leaves_nothing_half_written(own_database, jane, api):
    everything = api()
    everything.browser.raise_request_exception = False
    # Random, as PostgreSQL compresses what it can.
    large = {"user_metadata": {"text": secrets.token_hex(500_000)}}

    with full_tablespace(own_database):
        answers = [everything.patch(f"{USERS}/{jane.user_id}", large) for _ in range(2)]
        shown = everything.get(f"{USERS}/{jane.user_id}").json()
        ready = Browser().get("/readyz")

    for answer in answers:
        assert is_json(answer, READ_ONLY, "database_read_only")
    assert shown["user_metadata"] == {"hobby": "surfing"}
    assert ready.status_code == 503
    assert everything.patch(f"{USERS}/{jane.user_id}", large).status_code == 200


# Busy


def test_a_locked_row_says_to_come_back_and_leaves_the_service_ready(own_database, jane, api):
    everything = api()
    everything.browser.raise_request_exception = False

    with locked(jane, own_database):
        answer = everything.patch(f"{USERS}/{jane.user_id}", {"name": "J"})

    assert is_json(answer, "The database is busy. Try again in a moment.", "database_busy")
    assert answer["Retry-After"] == "1"
    assert Browser().get("/readyz").status_code == 200


def test_a_deadlock_is_busy(own_database, jane, stranger):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, so none waits for another in a circle")
    table = User._meta.db_table
    take = f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE"
    with psycopg.connect(host=str(own_database.socket), user="postgres", dbname="own") as other:
        other.execute("SET deadlock_timeout = '10s'")
        with (  # noqa: PT012 - where it breaks is the point
            pytest.raises(Error) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL deadlock_timeout = '10ms'")
            cursor.execute(take, [jane.pk])
            other.execute(take, [stranger.pk])
            waiting = threading.Thread(target=other.execute, args=(take, [jane.pk]))
            waiting.start()
            # The circle must be closed by us, who look for one after 10 ms and only once.
            while not cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                pass
            cursor.execute(take, [stranger.pk])
        waiting.join()

    assert outage_of(caught.value).kind is Kind.BUSY


def test_a_constraint_violation_is_no_outage(own_database):
    existing = Connection.objects.get()
    with pytest.raises(Error) as caught, transaction.atomic():
        Connection.objects.create(name=existing.name, strategy=existing.strategy)

    assert outage_of(caught.value) is None
