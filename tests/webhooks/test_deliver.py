"""What a receiver gets, and what becomes of what it does not accept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webhooks.conftest import SHELL, change, make_due, now
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.webhooks import edit_webhook, replay
from users.events.account_paths import PARTS
from users.events.stream import publish
from users.models import Change, Delivery, User, Webhook
from users.webhooks.lease import FAILURES_UNTIL_DOWN, acquire_lease
from users.webhooks.timing import Timing


def events_of(receiver) -> list[tuple[str, dict]]:
    return [(event["type"], event["data"]["keys"]) for event in receiver.events]


def plans(receiver, user) -> list[int]:
    """The plans that the user had by the events, in order, each as often as it was sent."""
    changes = [event["data"] for event in receiver.events if event["data"]["user_id"] == user.user_id]
    return [data["changes"]["app_metadata"]["plan"]["after"] for data in changes]


def statuses(**filters) -> list[str]:
    return list(Delivery.objects.filter(**filters).order_by("pk").values_list("status", flat=True))


def test_everything_that_happens_to_an_account_is_told_in_order(receiver, make_hook, make_user, deliver):
    hook = make_hook()
    joe = make_user("joe", user_metadata={"hobby": "chess"})
    change(joe, plan="free")
    block_user(joe, actor=SHELL)
    edit_user(joe, Edit(profile={"name": "Joe", "blocked": False}), actor=SHELL)
    delete_user(joe, actor=SHELL)

    deliver()

    assert [kind for kind, _ in events_of(receiver)] == [
        *("user.created", "user.updated", "user.blocked", "user.unblocked", "user.deleted")
    ]
    assert events_of(receiver)[0][1]["user_metadata"] == ["hobby"]
    assert events_of(receiver)[1][1] == {"app_metadata": ["plan"]}
    assert events_of(receiver)[3][1] == {"profile": ["blocked", "name"]}
    assert {event["data"]["user_id"] for event in receiver.events} == {joe.user_id}
    assert set(statuses(webhook=hook)) == {"delivered"}


def test_names_of_keys_are_told_always_and_values_only_where_asked_for(receiver, make_hook, jane, deliver):
    make_hook(values=["app_metadata.plan"])
    change(jane, plan=None, secret="s3cret")
    change(jane, plan="free")

    deliver()

    first, second = (event["data"] for event in receiver.events)
    assert first["keys"] == {"app_metadata": ["plan", "secret"]}
    assert first["changes"] == {"app_metadata": {"plan": {"before": "full"}}}
    assert second["changes"] == {"app_metadata": {"plan": {"after": "free"}}}
    assert not any(b"s3cret" in call.body for call in receiver.calls)


def test_a_password_is_told_of_and_never_told(receiver, make_hook, jane, deliver):
    make_hook(values=list(PARTS))
    edit_user(jane, Edit(password="quite a new one"), actor=SHELL)
    deliver()

    [call] = receiver.calls
    assert call.event["data"]["what"] == "password"
    hashed = User.objects.get(pk=jane.pk).password
    assert not any(secret.encode() in call.body for secret in ("quite a new one", hashed))


def test_a_receiver_is_told_only_what_it_asks_for(receiver, make_hook, jane, deliver):
    make_hook(types=["user.updated", "user.unblocked"], only=["app_metadata.plan"])
    change(jane, plan="free")
    change(jane, theme="dark")
    edit_user(jane, Edit(profile={"name": "Jane D."}), actor=SHELL)
    block_user(jane, actor=SHELL)
    unblock_user(jane, actor=SHELL)

    deliver()

    assert events_of(receiver) == [
        ("user.updated", {"app_metadata": ["plan"]}),
        ("user.unblocked", {"profile": ["blocked"]}),
    ]
    assert Delivery.objects.count() == 2


def test_a_new_webhook_is_not_told_what_happened_before(receiver, make_hook, jane, deliver):
    change(jane, plan="free")
    make_hook()

    deliver()

    assert receiver.calls == []


def test_one_that_is_switched_off_is_told_nothing_of_the_time_in_between(receiver, make_hook, jane, deliver):
    hook = make_hook(values=["app_metadata"])
    edit_webhook(hook, {"is_enabled": False}, actor=SHELL)
    change(jane, plan=1)
    deliver()
    edit_webhook(hook, {"is_enabled": True}, actor=SHELL)
    change(jane, plan=2)
    deliver()

    assert plans(receiver, jane) == [2]


def test_what_fails_is_told_again_and_nobody_is_told_the_second_before_the_first(
    receiver, make_hook, jane, stranger, deliver
):
    hook = make_hook(values=["app_metadata"])
    receiver.answers = lambda call: 500 if call.event["data"]["user_id"] == jane.user_id else 200
    for plan in (1, 2):
        change(jane, plan=plan)
        change(stranger, plan=plan)
    deliver()

    assert plans(receiver, jane) == [1]
    assert plans(receiver, stranger) == [1, 2]
    assert statuses(subject=jane.user_id) == ["pending", "pending"]
    failed = Delivery.objects.filter(subject=jane.user_id).order_by("pk")[0]
    assert (failed.attempts, failed.code, failed.error) == (1, 500, "The receiver answered 500.")
    assert failed.due_at - timezone.now() == pytest.approx(timedelta(seconds=5), abs=timedelta(seconds=2))
    assert now(hook).failures == 0

    receiver.answers = lambda call: 204
    make_due()
    deliver()

    assert plans(receiver, jane) == [1, 1, 2]
    assert set(statuses()) == {"delivered"}
    first, again = (
        call for call in receiver.calls if b'"after":1' in call.body and jane.user_id in call.body.decode()
    )
    assert first.headers["webhook-id"] == again.headers["webhook-id"]


def test_after_a_day_it_is_given_up_and_what_follows_is_told(receiver, make_hook, jane, deliver):
    hook = make_hook(values=["app_metadata"])
    receiver.answers = lambda call: 500 if b'"after":1' in call.body else 200
    change(jane, plan=1)
    change(jane, plan=2)
    deliver()
    Delivery.objects.filter(attempts=1).update(first_attempt_at=timezone.now() - timedelta(hours=24))
    make_due()
    deliver()

    assert statuses() == ["failed", "delivered"]

    receiver.answers = lambda call: 200
    assert replay(hook, actor=SHELL) == 1
    deliver()

    assert plans(receiver, jane) == [1, 1, 2, 1]
    assert statuses() == ["delivered", "delivered"]
    assert replay(hook, actor=SHELL) == 0


def test_a_receiver_that_is_down_is_tried_ever_more_seldom_and_loses_nothing(
    receiver, make_hook, make_user, deliver
):
    hook = make_hook(types=["user.created"])
    up = make_hook(url=receiver.url.replace("hook", "other"), types=["user.created"])
    receiver.answers = lambda call: 503 if call.path.startswith("/hook") else 200
    for _ in range(30):
        make_user()
    rests = []
    for _ in range(FAILURES_UNTIL_DOWN):
        make_due()
        deliver()
        rests.append(round((now(hook).due_at - timezone.now()).total_seconds()))

    assert rests == pytest.approx([5, 20, 80, 320, 1280], abs=2)
    assert sum(call.path.startswith("/hook") for call in receiver.calls) == 8 + FAILURES_UNTIL_DOWN - 1
    assert set(statuses(webhook=up)) == {"delivered"}
    assert statuses(webhook=hook) == ["pending"] * 30

    receiver.answers = lambda call: 200
    Webhook.objects.update(due_at=timezone.now())
    deliver()

    assert statuses(webhook=hook) == ["delivered"] * 30
    assert now(hook).failures == 0


def test_what_waited_a_day_for_a_receiver_that_is_down_has_failed(receiver, make_hook, make_user, deliver):
    hook = make_hook(types=["user.created"])
    receiver.answers = lambda call: 503
    for _ in range(3):
        make_user()
    Webhook.objects.update(failures=FAILURES_UNTIL_DOWN)
    deliver()
    make_user()
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=24))
    make_due()
    deliver()

    assert statuses() == ["failed", "failed", "failed", "pending"]

    receiver.answers = lambda call: 200
    replay(hook, actor=SHELL)
    deliver()

    assert statuses() == ["delivered"] * 4


def test_a_worker_that_lost_its_claim_sends_nothing_more(receiver, make_hook, jane, courier):
    make_hook()
    change(jane, plan=1)
    publish()
    slow = acquire_lease(Timing(lease=0))
    assert courier.work()
    calls = len(receiver.calls)
    change(jane, plan=2)
    publish()

    slow.work()

    assert len(receiver.calls) == calls == 1
    assert courier.work()
    assert len(receiver.calls) == 2


def test_of_an_erased_change_nothing_is_told_and_what_follows_is(receiver, make_hook, jane, deliver):
    make_hook(values=["app_metadata"])
    receiver.answers = lambda call: 500
    change(jane, plan=1)
    change(jane, plan=2)
    deliver()
    Change._base_manager.filter(keys__plan__after=1).delete()
    change(jane, plan=3)
    Change._base_manager.filter(keys__plan__after=3).delete()
    receiver.answers = lambda call: 200
    make_due()
    deliver()

    assert plans(receiver, jane) == [1, 2]
    assert statuses() == ["failed", "delivered"]
    assert "deleted by retention" in Delivery.objects.get(status="failed").error
