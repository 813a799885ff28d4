"""/jobs, and the verification mail by whichever way it is asked for."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tests.api.answers import CONNECTION, USERS, at, invalid_body, problem, shown
from users.actions.account.delete_user import delete_user
from users.availability import report
from users.jobs.cancel import cancel_job
from users.jobs.worker import Worker
from users.models import Client, Connection, Job, Ticket, User
from users.rights.actor import command_actor

JOBS = "/api/v2/jobs"
SEND = f"{JOBS}/verification-email"
NO_MAIL = "Mail is not set up (EMAIL_URL), so nothing was sent."
AWAY = "The mail server is not available. Try again later."


def work() -> None:
    """As a worker does."""
    while Worker().work():
        pass


@pytest.fixture
def send(shop):
    """Ask for a mail, and let a worker do the job."""

    def post(user, **given):
        answer = shop.post(SEND, {"user_id": user.user_id, **given})
        work()
        return answer

    return post


@pytest.fixture
def broken_mail(monkeypatch):
    report.clear()

    def refuse(*args, **options):
        raise smtplib.SMTPServerDisconnected("connection lost at mail.internal:25")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


def link() -> str:
    return re.search(r"https?://\S+", mail.outbox[-1].body)[0]


def test_the_answer_is_a_pending_job(send, jane):
    answer = send(jane)

    assert answer.status_code == 201
    job = shown(answer)
    assert job.keys() == {"type", "status", "created_at", "id"}
    assert (job["type"], job["status"]) == ("verification_email", "pending")
    assert re.fullmatch("job_[A-Za-z0-9]{16}", job["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", job["created_at"])


def test_then_the_mail_has_left(send, shop, jane, settings):
    job = shown(send(jane))

    [letter] = mail.outbox
    assert letter.to == [jane.email]
    assert letter.subject == "Confirm your email"
    form = rf"{re.escape(settings.PUBLIC_URL)}/u/email-verification\?ticket=\w{{32}}#"
    assert re.fullmatch(form, link())
    assert shown(shop.get(f"{JOBS}/{job['id']}")) == {**job, "status": "completed"}


def test_its_link_verifies_the_address(send, jane, browser):
    send(jane)
    secret = link().partition("=")[2].rstrip("#")

    browser().post("/u/email-verification", {"ticket": secret})

    assert User.objects.get().email_verified


def test_it_waits_for_a_worker(shop, jane):
    job = shown(shop.post(SEND, {"user_id": jane.user_id}))

    assert mail.outbox == []
    assert not Ticket.objects.exists()
    assert shown(shop.get(f"{JOBS}/{job['id']}")) == job


def test_it_is_not_sent_twice_whatever_becomes_of_the_worker(send, jane):
    send(jane)
    Job.objects.update(status="processing", due_at=timezone.now())

    work()

    assert len(mail.outbox) == 1
    assert Job.objects.get().status == "completed"


def test_a_worker_that_was_killed_while_sending_fails_the_job_and_says_so(shop, jane, monkeypatch):
    def killed(*args, **options):
        raise SystemExit

    job = shown(shop.post(SEND, {"user_id": jane.user_id}))
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", killed)
        with pytest.raises(SystemExit):
            work()
    Job.objects.update(due_at=timezone.now())

    work()

    failed = shown(shop.get(f"{JOBS}/{job['id']}/errors"))
    assert failed["status"] == "failed"
    assert failed["status_details"] == (
        "The worker stopped while sending the email. It is not known whether that was done."
    )
    assert mail.outbox == []


@pytest.mark.parametrize("gone", ["user", "client"])
def test_what_is_gone_when_its_turn_comes_gets_no_mail(shop, jane, gone):
    job = shown(shop.post(SEND, {"user_id": jane.user_id}))
    if gone == "user":
        delete_user(jane, actor=command_actor("tests"))
    else:
        Client.objects.update(is_revoked=True)

    work()

    assert mail.outbox == []
    assert Job.objects.get(job_id=job["id"]).status == "failed"


def test_a_job_under_way_says_how_far_it_is(shop, jane):
    job = shown(shop.post(SEND, {"user_id": jane.user_id}))
    began = timezone.now() - timedelta(seconds=60)
    Job.objects.update(status="processing", done=25, total=100, started_at=began)

    now = shown(shop.get(f"{JOBS}/{job['id']}"))

    assert (now["status"], now["percentage_done"]) == ("processing", 25)
    assert now["time_left_seconds"] == pytest.approx(180, abs=5)


def test_a_cancelled_one_has_failed_to_clients_who_know_no_other_word(shop, jane):
    job = shown(shop.post(SEND, {"user_id": jane.user_id}))
    cancel_job(Job.objects.get(), actor=command_actor("tests"))

    failed = {**job, "status": "failed", "status_details": "It was cancelled."}
    assert shown(shop.get(f"{JOBS}/{job['id']}")) == failed
    assert shown(shop.get(f"{JOBS}/{job['id']}/errors")) == failed


def test_the_sending_is_recorded_as_the_clients(send, jane):
    send(jane)

    change = jane.changes.first()
    assert (change.what, change.keys) == ("ticket", {"ticket": {"after": "email_verification"}})
    assert (change.actor_kind, change.face, change.actor_id) == ("client", "api", Job.objects.get().client_id)


def test_without_mail_the_job_fails_and_says_why(send, shop, jane, settings):
    settings.IS_EMAIL_CONFIGURED = False

    job = shown(send(jane))

    failed = {**job, "status": "failed", "status_details": NO_MAIL}
    assert shown(shop.get(f"{JOBS}/{job['id']}")) == failed
    assert shown(shop.get(f"{JOBS}/{job['id']}/errors")) == failed
    assert not Ticket.objects.exists()


def test_a_mail_that_the_server_does_not_take_is_sent_later(send, shop, jane, monkeypatch, broken_mail):
    job = shown(send(jane))
    assert shown(shop.get(f"{JOBS}/{job['id']}")) == job
    assert Job.objects.get().due_at > timezone.now()

    monkeypatch.undo()
    Job.objects.update(due_at=timezone.now())
    work()

    assert [letter.to for letter in mail.outbox] == [[jane.email]]
    assert shown(shop.get(f"{JOBS}/{job['id']}"))["status"] == "completed"


def test_in_the_end_the_job_fails_and_keeps_the_words_of_the_mail_server_to_the_log(
    send, shop, jane, broken_mail, caplog
):
    job = shown(send(jane))
    while Job.objects.filter(status="pending").update(due_at=timezone.now()):
        work()

    failed = shown(shop.get(f"{JOBS}/{job['id']}/errors"))
    assert (failed["status"], failed["status_details"]) == ("failed", AWAY)
    assert "connection lost at mail.internal:25" in caplog.text
    assert "Traceback" not in caplog.text


def test_whatever_else_breaks_is_tried_again_then_logged_and_fails_the_job(
    send, shop, jane, monkeypatch, caplog
):
    monkeypatch.setattr("users.mail.verification.create_ticket", lambda *_, **__: 1 / 0)

    job = shown(send(jane))
    while Job.objects.filter(status="pending").update(due_at=timezone.now()):
        work()

    details = shown(shop.get(f"{JOBS}/{job['id']}"))["status_details"]
    assert details == "Something went wrong on our side. It has been logged."
    assert "ZeroDivisionError" in caplog.text


def test_a_job_that_went_well_has_no_errors(send, shop, jane):
    job = shown(send(jane))

    answer = shop.get(f"{JOBS}/{job['id']}/errors")

    assert (answer.status_code, answer.content) == (204, b"")


def test_another_client_may_read_it(send, api, jane):
    job = shown(send(jane))

    assert shown(api("read:users").get(f"{JOBS}/{job['id']}"))["id"] == job["id"]


@pytest.mark.parametrize("below", ["", "/errors"])
@pytest.mark.parametrize(
    "job_id", ["job_", "job_123", "verification", "job_" + "0" * 17, "job_000000000000000-"]
)
def test_what_is_no_job_id_is_refused(shop, job_id, below):
    rule = (
        f"'String does not match pattern ^job_[A-Za-z0-9]{{16}}$: {job_id}' on property id (ID of the job)."
    )

    answer = shop.get(f"{JOBS}/{job_id}{below}")

    assert problem(answer) == (400, f"Path validation error: {rule}", "invalid_uri")


@pytest.mark.parametrize("below", ["", "/errors"])
def test_an_unknown_job_is_not_found(shop, below):
    answer = shop.get(f"{JOBS}/job_{'0' * 16}{below}")

    assert problem(answer) == (404, "The job does not exist", "inexistent_job")


@pytest.mark.parametrize("below", ["", "/errors"])
@pytest.mark.parametrize("kind", ["bulk_action", "bulk_undo", "password_reset_email", "housekeeping"])
def test_a_job_of_the_dashboard_or_the_server_is_not_found(shop, db, kind, below):
    job = Job.objects.create(kind=kind, status=Job.Status.COMPLETED)
    job.failed_records.create(number=1, user={"email": "jane.doe@example.com"}, errors=[{"message": "x"}])

    answer = shop.get(f"{JOBS}/{job.job_id}{below}")

    assert problem(answer) == (404, "The job does not exist", "inexistent_job")


def test_nobody_gets_no_mail(shop, db):
    answer = shop.post(SEND, {"user_id": "auth0|nobody"})

    assert problem(answer) == (404, "The user does not exist.", "inexistent_user")
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ({"strategy": "samlp"}, "Connection must be a database connection."),
        ({"is_enabled": False}, "Connection must be enabled."),
    ],
)
def test_the_connection_must_be_one_of_ours(send, jane, kept, text):
    Connection.objects.update(**kept)

    assert problem(send(jane)) == (400, text, "operation_not_supported")
    assert not Job.objects.exists()


def test_who_has_no_address_gets_none(send, make_user):
    user = make_user(email=None, phone_number="+491")

    text = "User does not have an email address."
    assert problem(send(user)) == (400, text, "operation_not_supported")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"identity": {"provider": "auth0", "user_id": "x"}},
            "The user exists, but does not contain the given identity.",
        ),
        ({"client_id": "nobody"}, "The client does not exist"),
        ({"organization_id": "org_1"}, "The organization does not exist"),
    ],
)
def test_what_is_named_in_addition_must_exist(send, jane, given, text):
    assert problem(send(jane, **given))[:2] == (400, text)
    assert not Job.objects.exists()


def test_the_main_identity_and_a_client_may_be_named(send, jane, make_client):
    identity = {"provider": "auth0", "user_id": jane.bare_id}

    assert send(jane, identity=identity, client_id=make_client().client_id).status_code == 201


def test_the_body_is_closed(send, jane):
    assert problem(send(jane, email="x")) == invalid_body("'Additional properties not allowed: email'.")


class TestOnCreation:
    """`verify_email` of POST /users."""

    @pytest.fixture
    def create(self, shop):
        def post(**given):
            answer = shop.post(USERS, {"connection": CONNECTION, "email": "new@example.com", **given})
            work()
            return answer

        return post

    def test_the_mail_is_sent_when_asked_for(self, create, db):
        assert create(verify_email=True).status_code == 201

        assert [letter.to for letter in mail.outbox] == [["new@example.com"]]
        assert Job.objects.get().status == "completed"

    @pytest.mark.parametrize("given", [{}, {"verify_email": False}])
    def test_and_not_unless_it_is(self, create, db, given):
        assert create(**given).status_code == 201

        assert (mail.outbox, Job.objects.count()) == ([], 0)

    @pytest.mark.parametrize(
        ("email", "configured", "text"),
        [
            (None, True, "User does not have an email address."),
            ("new@example.com", False, NO_MAIL),
        ],
    )
    def test_where_none_can_be_sent_nobody_is_made(self, shop, db, settings, email, configured, text):
        settings.IS_EMAIL_CONFIGURED = configured
        address = {"email": email} if email else {"phone_number": "+491"}

        answer = shop.post(USERS, {"connection": CONNECTION, "verify_email": True, **address})

        assert problem(answer) == (400, text, "operation_not_supported")
        assert not User.objects.exists()

    def test_a_mail_server_that_fails_takes_nothing_back(self, create, db, broken_mail):
        assert create(verify_email=True).status_code == 201

        assert (User.objects.count(), Job.objects.get().status) == (1, "pending")

    def test_who_may_only_create_may_have_it_sent(self, api, db):
        body = {"connection": CONNECTION, "email": "new@example.com", "verify_email": True}

        assert api("create:users").post(USERS, body).status_code == 201
        work()

        assert len(mail.outbox) == 1


class TestOnChange:
    """`verify_email` of PATCH /users/{id}."""

    @pytest.fixture
    def patch(self, shop, jane):
        def call(**given):
            answer = shop.patch(at(jane), given)
            work()
            return answer

        return call

    def links_go_to(self):
        return [letter.to[0] for letter in mail.outbox if "/u/email-verification" in letter.body]

    def test_the_mail_goes_to_the_new_address(self, patch):
        assert patch(email="moved@example.com", verify_email=True).status_code == 200

        assert self.links_go_to() == ["moved@example.com"]

    def test_it_may_be_all_that_is_asked(self, patch, unchanged):
        assert patch(verify_email=True).status_code == 200

        assert len(mail.outbox) == 1
        assert unchanged()

    @pytest.mark.parametrize("given", [{"email": "moved@example.com"}, {"verify_email": False}])
    def test_it_is_not_sent_unless_asked_for(self, patch, given):
        assert patch(**given).status_code == 200

        assert self.links_go_to() == []

    def test_an_address_that_goes_away_gets_none_and_stays(self, patch, unchanged):
        answer = patch(email=None, verify_email=True)

        text = "User does not have an email address."
        assert problem(answer) == (400, text, "operation_not_supported")
        assert unchanged()

    def test_where_no_mail_can_leave_nothing_changes(self, patch, settings, unchanged):
        settings.IS_EMAIL_CONFIGURED = False

        answer = patch(email="moved@example.com", verify_email=True)

        assert problem(answer) == (400, NO_MAIL, "operation_not_supported")
        assert unchanged()

    def test_a_refused_change_sends_none(self, patch, make_user):
        make_user("taken")

        assert patch(email="taken@example.com", verify_email=True).status_code == 400
        assert mail.outbox == []

    def test_the_scope_for_app_metadata_alone_sends_none(self, api, jane):
        answer = api("update:users_app_metadata").patch(at(jane), {"verify_email": True})

        assert problem(answer)[::2] == (403, "insufficient_scope")

    def test_there_are_no_text_messages(self, patch):
        rule = (
            "'No enum match for: true' on property verify_phone_number (No text messages are sent)."
            " Allowed: false."
        )

        assert problem(patch(verify_phone_number=True)) == invalid_body(rule)
