"""Couriers in processes of their own, killed with -9 at any moment: every event is sent at least
once, and the events of one user come in the order in which things happened."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import defaultdict

import pytest

from tests.jobs.nursery import wait_until
from tests.webhooks.conftest import change
from users.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def are_told(count: int) -> bool:
    return Delivery.objects.filter(status="delivered").count() == count


def plans(receiver) -> dict[str, list[int]]:
    """Of each person the plans they had by the events, each at its first delivery."""
    found: dict[str, list[int]] = defaultdict(list)
    for event in receiver.events:
        plan = event["data"]["changes"]["app_metadata"]["plan"]["after"]
        own = found[event["data"]["user_id"]]
        if plan not in own:
            own.append(plan)
    return found


def test_killed_at_any_moment_everything_is_told_and_in_order(nursery, receiver, make_hook, jane, stranger):
    make_hook(values=["app_metadata"])
    count = 0
    for moment in (
        *("before number", "after number", "before lane", "after lane", "before plan", "after plan"),
        *("before send", "after send", "before recorded", "after recorded"),
    ):
        for user in (jane, stranger):
            change(user, plan=count)
            change(user, plan=count + 1)
        count += 2
        victim = nursery.start(is_courier=True, dies=moment, lease=0.3)
        assert nursery.wait(victim) == -signal.SIGKILL, moment
    courier = nursery.start(is_courier=True)
    wait_until(lambda: are_told(2 * count), seconds=60)
    nursery.stop(courier)

    assert plans(receiver) == {user.user_id: list(range(count)) for user in (jane, stranger)}


@pytest.mark.parametrize("rounds", [15, pytest.param(500, marks=pytest.mark.deep)])
def test_many_couriers_killed_at_random_tell_everything_and_in_order(
    nursery, receiver, make_hook, make_user, rounds
):
    """Beside a receiver that is down, while people go on changing, and the other receiver refuses
    now and then."""
    people = [make_user() for _ in range(4)]
    make_hook(values=["app_metadata"], types=["user.updated"])
    down = make_hook(url="http://127.0.0.1:9/", types=["user.updated"])
    luck = random.Random(7)
    receiver.answers = lambda call: 200 if luck.random() > 0.1 else 500
    couriers = [nursery.start(is_courier=True, rest=0.01) for _ in range(3)]
    for plan in range(rounds):
        for user in people:
            change(user, plan=plan)
        if plan % 2:
            nursery.kill(couriers.pop(0))
            couriers.append(nursery.start(is_courier=True, rest=0.01))
    wait_until(lambda: are_told(rounds * 4), seconds=60 + rounds)
    # Its deliveries may be planned last: a worker may have been killed while it held the lease.
    undelivered = Delivery.objects.filter(webhook=down)
    wait_until(undelivered.exists, seconds=60)
    for courier in couriers:
        nursery.stop(courier)

    assert plans(receiver) == {user.user_id: list(range(rounds)) for user in people}
    assert set(undelivered.values_list("status", flat=True)) == {"pending"}


def test_receivers_that_take_their_time_hold_up_neither_writers_nor_another(
    nursery, receiver, make_hook, jane, stranger
):
    answered = threading.Event()
    receiver.answers = lambda call: answered.wait(8) and 200 if call.path == "/slow" else 200
    fast = make_hook(values=["app_metadata"])
    for _ in range(3):
        make_hook(url=receiver.url.replace("/hook?of=tests", "/slow"))
    courier = nursery.start(is_courier=True)
    for plan in range(10):
        for user in (jane, stranger):
            change(user, plan=plan)
    delivered = Delivery.objects.filter(webhook=fast, status="delivered")
    wait_until(lambda: delivered.count() == 20, seconds=60)

    assert not Delivery.objects.exclude(webhook=fast).filter(status="delivered").exists()
    answered.set()
    wait_until(lambda: are_told(4 * 20), seconds=60)
    nursery.stop(courier)


def test_one_that_was_believed_dead_and_comes_back_tells_nothing_more(nursery, receiver, make_hook, jane):
    make_hook(values=["app_metadata"])
    for plan in range(3):
        change(jane, plan=plan)
    # Long enough that it does not give itself up before it hangs.
    hung = nursery.start(is_courier=True, hangs="before plan:2", lease=1)
    wait_until(lambda: are_told(1), seconds=60)
    other = nursery.start(is_courier=True)
    wait_until(lambda: are_told(3), seconds=60)
    delivered = len(receiver.calls)

    os.kill(hung, signal.SIGCONT)
    nursery.stop(hung)
    nursery.stop(other)

    assert len(receiver.calls) == delivered == 3
