"""The daily job that deletes what has had its time, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as DjangoSession
from django.utils import timezone

from tests.rewritten import rewrite
from users.actions.account.edit_user import Edit, edit_user
from users.actions.authorizations.authorizations import revoke_authorizations
from users.actions.authorizations.refresh_tokens import Device, issue_refresh_token
from users.events.stream import latest_event_number, publish
from users.housekeeping import retention
from users.jobs.enqueue import enqueue
from users.jobs.registry import KINDS
from users.jobs.worker import Worker
from users.models import (
    Authorization,
    AuthorizationRequest,
    Client,
    ConfigurationChange,
    Delivery,
    Event,
    Job,
    LogEvent,
    MfaToken,
    RefreshToken,
    Session,
    Ticket,
    Webhook,
)
from users.rights.actor import command_actor

SHELL = command_actor("tests")
KEPT = timedelta(days=30)


@pytest.fixture
def clean():
    """Do the job; what it says of itself."""

    def do() -> Job:
        enqueue("housekeeping", actor=SHELL)
        while Worker().work():
            pass
        return Job.objects.filter(kind="housekeeping").latest("pk")

    return do


def make_session(key: str, *, ago: timedelta) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() - ago)


def make_django_session(key: str, *, ago: timedelta) -> None:
    """In the table of the previous release."""
    DjangoSession.objects.create(session_key=key, session_data="", expire_date=timezone.now() - ago)


def make_ticket(user, name: str, *, ago: timedelta) -> None:
    Ticket.objects.create(
        secret_hash=name, purpose="password_change", user=user, expires_at=timezone.now() - ago
    )


def make_job(details: str, *, ago: timedelta, due_at=None) -> None:
    job = enqueue("of yesterday", actor=SHELL)
    columns = {"details": details, "created_at": timezone.now() - ago, "due_at": due_at}
    Job.objects.filter(pk=job.pk).update(**columns)


def make_event(description: str, *, ago: timedelta) -> None:
    LogEvent.objects.create(type="s", description=description, at=timezone.now() - ago)


def make_configuration_change(name: str, *, ago: timedelta) -> None:
    ConfigurationChange.objects.create(kind="role", name=name, action="updated", at=timezone.now() - ago)


def counts(**found: int) -> dict[str, int]:
    """What the job says of itself."""
    return dict.fromkeys(retention.DELETERS, 0) | found


def test_what_has_had_its_time_goes_and_the_rest_stays(clean, jane, settings):
    settings.LOG_DAYS = 30
    hour = timedelta(hours=1)
    make_session("old", ago=hour)
    make_session("in use", ago=-hour)
    make_django_session("old", ago=hour)
    make_django_session("in use", ago=-hour)
    make_ticket(jane, "old", ago=KEPT + hour)
    make_ticket(jane, "late", ago=KEPT - hour)
    make_job("old", ago=KEPT + hour)
    make_job("late", ago=KEPT - hour)
    make_job("still to be done", ago=KEPT + hour, due_at=timezone.now())
    make_event("old", ago=timedelta(days=30) + hour)
    make_event("late", ago=timedelta(days=30) - hour)
    make_configuration_change("old", ago=timedelta(days=30) + hour)
    make_configuration_change("late", ago=timedelta(days=30) - hour)

    job = clean()

    assert (job.status, job.result) == (
        "completed",
        counts(sessions=1, django_sessions=1, tickets=1, jobs=1, log=1, configuration=1),
    )
    for model in (Session, DjangoSession):
        assert set(model.objects.values_list("session_key", flat=True)) == {"in use"}
    assert set(Ticket.objects.values_list("secret_hash", flat=True)) == {"late"}
    assert set(Job.objects.exclude(pk=job.pk).values_list("details", flat=True)) == {
        "late",
        "still to be done",
    }
    assert [event.description for event in LogEvent.objects.all()] == ["late"]
    assert [change.name for change in ConfigurationChange.objects.all()] == ["late"]


def test_sign_ins_to_applications_go_once_their_last_token_has_expired(clean, jane, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    app = Client.objects.create(name="App")
    of = {"user": jane, "client": app, "connection": jane.connection}
    generation = jane.token_generation
    now, hour = timezone.now(), timedelta(hours=1)

    def authorize(**columns):
        made = Authorization.objects.create(**of, token_generation=generation, **columns)
        issue_refresh_token(made, device=Device())
        Authorization.objects.filter(pk=made.pk).update(expires_at=columns["expires_at"])
        return made

    for _ in range(3):
        authorize(expires_at=now - hour)
    in_use = [authorize(expires_at=now + hour), authorize(expires_at=None)]
    revoked = authorize(expires_at=None)
    revoke_authorizations(Authorization.objects.filter(pk=revoked.pk))
    for expires_at in (now - hour, now + hour):
        MfaToken.objects.create(
            **of, token_hash=str(expires_at), token_generation=generation, expires_at=expires_at
        )
        AuthorizationRequest.objects.create(
            client=app, state_hash=str(expires_at), browser_hash="", expires_at=expires_at
        )

    result = clean().result

    assert (result["authorizations"], result["mfa_tokens"], result["authorization_requests"]) == (4, 1, 1)
    assert set(Authorization.objects.all()) == set(in_use)
    assert RefreshToken.objects.count() == 2
    assert MfaToken.objects.get().expires_at > now
    assert AuthorizationRequest.objects.get().expires_at > now


def test_the_log_may_be_kept_for_ever(clean, db, settings):
    settings.LOG_DAYS = 0
    make_event("old", ago=timedelta(days=9999))
    make_configuration_change("old", ago=timedelta(days=9999))

    clean()

    assert LogEvent.objects.exists()
    assert ConfigurationChange.objects.exists()


def test_much_goes_in_many_small_steps(clean, db, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 3)
    for number in range(10):
        make_session(f"old {number}", ago=timedelta(hours=1))

    job = clean()

    assert job.result == counts(sessions=10)
    assert job.done == 10
    assert not Session.objects.exists()


def test_changes_go_by_age_the_oldest_first_and_not_unless_told_to(clean, jane, settings, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    now = timezone.now()
    for days in (9, 8, 7, 6, 5):
        edit_user(jane, Edit(profile={"name": f"{days} days ago"}), actor=SHELL)
        rewrite([jane.changes.first()], at=now - timedelta(days=days))

    assert clean().result["changes"] == 0

    settings.HISTORY_DAYS = 7
    assert clean().result["changes"] == 0, "not before they are events, too"

    publish()
    assert clean().result["changes"] == 3
    kept = [line.keys["name"]["after"] for line in jane.changes.filter(what="profile")]
    assert kept == ["5 days ago", "6 days ago"]


def test_events_and_deliveries_go_once_everybody_is_told(clean, jane, stranger):
    publish()
    hook = Webhook.objects.create(url="https://example.com/", position=latest_event_number() - 1)
    for status in Delivery.Status.values:
        for ago in (KEPT, timedelta(0)):
            at = timezone.now() - ago - timedelta(hours=1)
            Delivery.objects.create(webhook=hook, type=f"{ago.days} days", status=status, created_at=at)
    Event.objects.update(numbered_at=timezone.now() - KEPT - timedelta(hours=1))

    job = clean()

    assert job.result == counts(events=latest_event_number() - 1, deliveries=2)
    assert Event.objects.get().number == latest_event_number()
    left = Delivery.objects.order_by("pk").values_list("status", "type")
    assert list(left) == [
        *(("pending", "30 days"), ("pending", "0 days")),
        *(("delivered", "0 days"), ("failed", "0 days")),
    ]


def test_it_is_asked_for_every_day():
    assert KINDS["housekeeping"].every == timedelta(days=1)


def test_refresh_tokens_that_were_not_used_for_too_long(clean, jane, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    hour, never = (
        Client.objects.create(name="App", refresh_token={"idle_token_lifetime": 3600, **more})
        for more in ({"infinite_idle_token_lifetime": False}, {"infinite_idle_token_lifetime": True})
    )

    def issue(client: Client, *, created: timedelta, exchanged: timedelta | None = None) -> RefreshToken:
        of = {"user": jane, "client": client, "connection": jane.connection}
        authorization = Authorization.objects.create(
            **of,
            token_generation=jane.token_generation,
            authenticated_at=timezone.now(),
            expires_at=timezone.now() + KEPT,
        )
        issue_refresh_token(authorization, device=Device())
        token = RefreshToken.objects.get(authorization=authorization)
        token.created_at = timezone.now() - created
        token.last_exchanged_at = exchanged and timezone.now() - exchanged
        token.save()
        return token

    dead = [issue(hour, created=timedelta(hours=2)) for _ in range(3)]
    dead.append(issue(hour, created=KEPT, exchanged=timedelta(hours=2)))
    live = [
        issue(hour, created=timedelta(minutes=50)),
        issue(hour, created=KEPT, exchanged=timedelta(minutes=50)),
        issue(never, created=KEPT),
    ]

    assert clean().result["refresh_tokens"] == 4
    assert set(RefreshToken.objects.all()) == set(live)
    # Access tokens that were issued for the dead ones may still be valid, for a day or so.
    ends = Authorization.objects.filter(pk__in=[token.authorization_id for token in dead])
    assert all(row.expires_at < timezone.now() + timedelta(days=2) for row in ends)
