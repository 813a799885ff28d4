"""Who may administer webhooks, and how receivers know that it is us."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tests.webhooks.conftest import SHELL, change, make_due
from users.actions import webhooks
from users.actions.account.delete_user import delete_user
from users.events.account_paths import InvalidPath
from users.models import Delivery, LogEvent, Webhook
from users.outgoing.ssrf_guard import InvalidTarget
from users.rights.actor import staff_actor
from users.rights.errors import Denied

GIVEN = {"url": "https://example.com/hook", "types": ["user.created"]}


def is_signed(call, secret: str) -> bool:
    """In the eyes of somebody else's code."""
    try:
        return Verifier(secret).verify(call.body, call.headers) == call.event
    except WebhookVerificationError:
        return False


@pytest.fixture
def made(db, receiver):
    return webhooks.create_webhook(actor=SHELL, url=receiver.url, types=["user.updated"])


def test_a_receiver_can_tell_that_it_is_us(made, receiver, jane, deliver):
    _, secret = made
    change(jane, plan="frée ☃")
    deliver()
    [call] = receiver.calls

    assert is_signed(call, secret)
    assert not is_signed(call, webhooks.new_secret())
    assert call.headers["content-type"] == "application/json"


def test_for_a_day_both_secrets_sign_and_then_the_new_one_alone(made, receiver, jane, deliver):
    hook, old = made
    new = webhooks.rotate_secret(hook, actor=SHELL)
    change(jane, plan=1)
    deliver()
    Webhook.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    change(jane, plan=2)
    deliver()
    both, alone = receiver.calls

    assert (is_signed(both, old), is_signed(both, new)) == (True, True)
    assert (is_signed(alone, old), is_signed(alone, new)) == (False, True)


def test_a_secret_is_not_kept_as_it_is_and_is_of_no_use_without_the_key(
    made, receiver, jane, deliver, settings
):
    hook, secret = made
    assert secret not in str(Webhook.objects.values().get())
    settings.SECRET_KEY = "another key that is long enough for anybody 0123456789"
    change(jane, plan=1)
    deliver()
    assert receiver.calls == []
    assert "secret cannot be read" in Delivery.objects.get().error

    secret = webhooks.rotate_secret(hook, actor=SHELL)
    Webhook.objects.update(old_secret_until=None)
    make_due()
    deliver()

    assert is_signed(receiver.calls[0], secret)


def test_it_can_be_tried(made, receiver, deliver):
    hook, secret = made
    webhooks.send_test(hook, actor=SHELL)
    deliver()
    [call] = receiver.calls

    assert is_signed(call, secret)
    assert call.event["type"] == "webhook.test"


def test_who_did_what_with_webhooks_stands_in_the_log_and_secrets_do_not(administrator):
    actor = staff_actor(administrator)
    url = "https://example.com/hook/t0ken"
    hook, first = webhooks.create_webhook(actor=actor, url=url, types=["user.created"])
    webhooks.edit_webhook(hook, {"description": "CRM"}, actor=actor)
    second = webhooks.rotate_secret(hook, actor=actor)
    webhooks.delete_webhook(hook, actor=actor)

    logged = LogEvent.objects.order_by("pk")
    assert list(logged.values_list("type", "description", "user_id")) == [
        ("sapi", f"{what} webhook", administrator.user_id)
        for what in ("Create a", "Update a", "Rotate the secret of a", "Delete a")
    ]
    assert logged[0].details["object"] == {"kind": "webhook", "id": hook.webhook_id}
    kept = str(list(logged.values()))
    for secret in (first, second, "t0ken"):
        assert secret not in kept


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_webhooks_are_for_administrators(who, made, request):
    hook, _ = made
    actor = staff_actor(request.getfixturevalue(who))
    attempts = {
        "make": lambda: webhooks.create_webhook(actor=actor, **GIVEN),
        "edit": lambda: webhooks.edit_webhook(hook, {"description": "mine"}, actor=actor),
        "rotate": lambda: webhooks.rotate_secret(hook, actor=actor),
        "delete": lambda: webhooks.delete_webhook(hook, actor=actor),
        "test": lambda: webhooks.send_test(hook, actor=actor),
        "replay": lambda: webhooks.replay(hook, actor=actor),
    }
    before = Webhook.objects.values().get()

    for attempt in attempts.values():
        with pytest.raises(Denied):
            attempt()

    assert Webhook.objects.values().get() == before
    assert not Delivery.objects.exists()


def test_they_are_not_for_administrators_who_may_not_see_what_they_tell_of(make_user, db):
    from django.contrib.auth.models import Permission

    from users.models.write_guard import allow_account_writes

    member = make_user()
    with allow_account_writes():
        member.user_permissions.set(Permission.objects.filter(codename__in=["administer", "view_user"]))

    with pytest.raises(Denied):
        webhooks.create_webhook(actor=staff_actor(member), **GIVEN)


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"url": "https://10.0.0.1/"}, InvalidTarget),
        ({"only": ["plan"]}, InvalidPath),
        ({"values": ["app_metadata."]}, InvalidPath),
        ({"types": ["user.married"]}, ValueError),
    ],
)
def test_what_makes_no_sense_is_refused(columns, error, db):
    hook, _ = webhooks.create_webhook(actor=SHELL, **GIVEN)

    with pytest.raises(error):
        webhooks.create_webhook(actor=SHELL, **{**GIVEN, **columns})
    with pytest.raises(error):
        webhooks.edit_webhook(hook, columns, actor=SHELL)


def test_deleting_one_ends_what_it_was_to_be_told(made, receiver, jane, deliver, courier):
    hook, _ = made
    receiver.answers = lambda call: 500
    change(jane, plan=1)
    deliver()

    webhooks.delete_webhook(hook, actor=SHELL)
    make_due()
    deliver()

    assert not Delivery.objects.exists()
    assert len(receiver.calls) == 1
    assert not Webhook.objects.filter(pk=hook.pk).exists()


@pytest.mark.parametrize("one_by_one", [True, False])
def test_nothing_of_a_deleted_user_is_sent_again_once_another_has_the_id(
    make_hook, make_user, receiver, deliver, one_by_one
):
    hook = make_hook(types=["user.updated", "user.deleted"])
    earlier, other = make_user("earlier", bare_id="reused"), make_user("other")
    receiver.answers = lambda call: 500
    change(earlier, plan="gold")
    change(other, plan="gold")
    deliver()
    delete_user(earlier, actor=SHELL)
    make_user("later", bare_id="reused")
    of_earlier = Delivery.objects.filter(subject=earlier.user_id)
    of_earlier.update(status="failed")

    keys = of_earlier.values_list("pk", flat=True) if one_by_one else [None]
    count = sum(webhooks.replay(hook, actor=SHELL, delivery=key) for key in keys)

    assert count == (0 if one_by_one else 1)
    assert set(of_earlier.values_list("status", flat=True)) == {"failed"}
