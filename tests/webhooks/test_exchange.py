"""What is stored of a request and its answer, for the page of deliveries."""

from __future__ import annotations

import json
from datetime import timedelta

from django.utils import timezone

from tests.webhooks.conftest import SHELL, change, make_due
from users.actions.account.delete_user import delete_user
from users.actions.account.forget_user import erase_user_history
from users.models import Delivery, DeliveryCount
from users.outgoing.http_client import MAX_HEADER_LENGTH, MAX_RESPONSE_BYTES
from users.webhooks.lease import MAX_STORED_REQUEST


def test_a_delivery_shows_what_was_sent_and_what_was_answered(receiver, make_hook, jane, deliver):
    make_hook(values=["app_metadata.plan"])
    receiver.answers = lambda call: (422, {"Content-Type": "text/plain", "X-Request-Id": "abc"})
    receiver.body = b"plan is\nunknown"
    change(jane, plan="free")

    deliver()

    delivery = Delivery.objects.get()
    assert json.loads(delivery.request_body)["data"]["changes"]["app_metadata"]["plan"]["after"] == "free"
    assert delivery.response_body == "plan is\nunknown"
    assert delivery.response_headers["Content-Type"] == "text/plain"
    assert delivery.response_headers["X-Request-Id"] == "abc"
    assert (delivery.code, delivery.error) == (422, "The receiver answered 422. plan is unknown")


def test_cookies_and_other_headers_of_an_answer_are_not_stored(receiver, make_hook, jane, deliver):
    make_hook()
    receiver.answers = lambda call: (
        200,
        {"Set-Cookie": "session=1", "X-Secret": "2", "Retry-After": "9" * 999},
    )
    change(jane, plan="free")

    deliver()

    headers = Delivery.objects.get().response_headers
    assert not headers.keys() & {"Set-Cookie", "X-Secret"}
    assert len(headers["Retry-After"]) == MAX_HEADER_LENGTH


def test_what_is_stored_is_bounded_and_without_control_characters(receiver, make_hook, jane, deliver):
    make_hook(values=["app_metadata"])
    receiver.answers = lambda call: 200
    receiver.body = b"\0\x1b[31m" + b"a" * 2 * MAX_RESPONSE_BYTES
    change(jane, text="x" * 2 * MAX_STORED_REQUEST)

    deliver()

    delivery = Delivery.objects.get()
    assert len(delivery.request_body) == MAX_STORED_REQUEST
    assert len(delivery.response_body) <= MAX_RESPONSE_BYTES
    assert delivery.response_body.startswith("  [31m")


def test_a_delivery_without_an_answer_shows_what_was_sent(make_hook, jane, deliver):
    make_hook(url="http://127.0.0.1:9/hook")
    change(jane, plan="free")

    deliver()

    delivery = Delivery.objects.get()
    assert json.loads(delivery.request_body)["data"]["user_id"] == jane.user_id
    assert (delivery.code, delivery.response_headers, delivery.response_body) == (None, {}, "")


def test_attempts_are_counted_by_the_hour(receiver, make_hook, jane, stranger, deliver):
    hook = make_hook()
    receiver.answers = lambda call: 500 if call.event["data"]["user_id"] == jane.user_id else 200
    change(jane, plan="free")
    change(stranger, plan="free")
    deliver()
    make_due()
    deliver()

    [counted] = DeliveryCount.objects.filter(webhook=hook, hour__gt=timezone.now() - timedelta(hours=1))
    assert (counted.delivered, counted.failed) == (1, 2)


def test_erasing_the_history_of_a_user_erases_what_deliveries_said_of_it(receiver, make_hook, jane, deliver):
    make_hook(values=["app_metadata"])
    receiver.answers = lambda call: 400
    receiver.body = b"no such jane"
    change(jane, plan="free")
    delete_user(jane, actor=SHELL)
    deliver()
    assert Delivery.objects.filter(error__contains="jane").exists()

    erase_user_history(jane.user_id, actor=SHELL)

    stored = Delivery.objects.values_list("request_body", "response_headers", "response_body", "error")
    assert set(stored) == {(None, None, None, "")}
