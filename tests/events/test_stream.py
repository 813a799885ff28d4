"""One order for everybody: no number is missed, however late a transaction ends."""

from __future__ import annotations

import threading

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db import connections, transaction

from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.record_password_reset import note_password_reset
from users.events import stream
from users.events.stream import EventsExpired, events_after, latest_event_number, publish
from users.events.undelivered import oldest_undelivered_change_at
from users.history import memory_budget
from users.models import Change, Delivery, Event, Outbox, User, Webhook
from users.rights.actor import command_actor

SHELL = command_actor("tests")


@pytest.fixture(autouse=True)
def _all_numbered(jane, stranger):
    publish()


def change(user, **app_metadata):
    edit_user(user, Edit(documents={"app_metadata": Patch(app_metadata)}), actor=SHELL)


def plans(number) -> list[int]:
    return [event.change.keys["plan"]["after"] for event in events_after(number, 100)]


def test_numbers_follow_each_other_without_a_gap(jane, stranger):
    begin = latest_event_number()
    for plan in range(3):
        change(jane, plan=plan)
        assert publish() == 1

    assert [event.number for event in events_after(begin, 100)] == [begin + 1, begin + 2, begin + 3]
    assert plans(begin) == [0, 1, 2]
    assert plans(begin + 1) == [1, 2]
    assert latest_event_number() == begin + 3
    assert not Outbox.objects.exists()


def test_what_is_taken_back_is_never_told(jane):
    begin = latest_event_number()
    with transaction.atomic():
        change(jane, plan=1)
        transaction.set_rollback(True)
    change(jane, plan=2)
    publish()

    assert plans(begin) == [2]


def test_what_changes_nothing_of_the_account_is_no_event(jane, settings):
    begin = latest_event_number()
    note_password_reset(jane, actor=SHELL)
    block_user(jane, actor=SHELL)
    unblock_user(jane, actor=SHELL)
    publish()

    assert [event.change.what for event in events_after(begin, 100)] == ["profile", "profile"]


def test_more_than_is_numbered_at_once_is_numbered_in_order(jane, monkeypatch):
    monkeypatch.setattr(stream, "PUBLISH_BATCH_SIZE", 2)
    begin = latest_event_number()
    for plan in range(5):
        change(jane, plan=plan)

    assert [publish() for _ in range(4)] == [2, 2, 1, 0]
    assert plans(begin) == [0, 1, 2, 3, 4]


def test_whoever_comes_back_too_late_is_told_so(jane):
    begin = latest_event_number()
    for plan in range(3):
        change(jane, plan=plan)
    publish()
    Event.objects.filter(number__lte=begin + 2).delete()

    assert plans(None) == plans(begin + 2) == [2]
    with pytest.raises(EventsExpired):
        events_after(begin + 1, 100)


def test_of_an_erased_change_the_number_is_left(jane):
    begin = latest_event_number()
    change(jane, plan=1)
    change(jane, plan=2)
    publish()
    Change._base_manager.filter(keys__plan__after=1).delete()

    first, second = events_after(begin, 100)
    assert first.change is None
    assert second.change.keys["plan"]["after"] == 2


def test_the_record_is_needed_as_far_back_as_somebody_is_to_be_told(jane):
    Webhook.objects.create(url="https://example.com/", position=latest_event_number())
    assert oldest_undelivered_change_at() is None

    change(jane, plan=1)
    at = jane.changes.latest("pk").at
    in_the_outbox = oldest_undelivered_change_at()
    publish()
    not_looked_at = oldest_undelivered_change_at()
    Webhook.objects.update(position=latest_event_number())
    oldest = oldest_undelivered_change_at()
    Delivery.objects.create(
        webhook=Webhook.objects.get(), type="user.updated", change=jane.changes.latest("pk")
    )

    assert (in_the_outbox, not_looked_at, oldest, oldest_undelivered_change_at()) == (at, at, None, at)


@pytest.mark.skipif(database.vendor != "sqlite", reason="elsewhere a table keeps its triggers")
def test_a_trigger_that_a_migration_lost_is_made_again(jane):
    with database.cursor() as cursor:
        cursor.execute("DROP TRIGGER users_change_told")
    call_command("migrate", verbosity=0)
    change(jane, plan=1)

    assert publish() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(database.vendor != "postgresql", reason="elsewhere one transaction writes at a time")
def test_a_change_that_is_committed_late_is_not_passed_over(jane, stranger):
    """It has a smaller key, and a smaller transaction id, than what is numbered before it."""
    begin = latest_event_number()
    has_written, may_end = threading.Event(), threading.Event()

    def write_slowly():
        with transaction.atomic():
            change(stranger, plan=1)
            has_written.set()
            may_end.wait(10)
            # Of an account that somebody else has changed since this transaction began.
            change(jane, plan=3)
        connections.close_all()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert has_written.wait(10)
    change(jane, plan=2)
    publish()
    before = plans(begin)
    may_end.set()
    slow.join()
    publish()

    keys = [event.change.pk for event in events_after(begin, 100)]
    assert before == [2]
    assert plans(begin) == [2, 1, 3]
    assert keys[1] < keys[0]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_at_once_write_number_and_read_and_nothing_is_missed_or_told_twice(make_user):
    people = [make_user() for _ in range(4)]
    publish()
    begin, is_over = latest_event_number(), threading.Event()
    read: list[Event] = []

    def write(number):
        try:
            for plan in range(10):
                change(people[(number + plan) % 4], plan=f"{number}-{plan}")
        finally:
            connections.close_all()

    def number_them():
        try:
            while not is_over.is_set():
                publish()
                is_over.wait(0.002)
        finally:
            connections.close_all()

    def follow():
        try:
            at = begin
            while not is_over.is_set() or at < latest_event_number():
                page = events_after(at, 7)
                read.extend(page)
                at = page[-1].number if page else at
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    others = [threading.Thread(target=each) for each in (number_them, number_them, follow)]
    for thread in (*writers, *others):
        thread.start()
    for thread in writers:
        thread.join()
    publish()
    is_over.set()
    for thread in others:
        thread.join()
    publish()
    read.extend(events_after(read[-1].number if read else begin, 100))

    assert sorted(event.change.keys["plan"]["after"] for event in read) == sorted(
        f"{number}-{plan}" for number in range(4) for plan in range(10)
    )
    for user in people:
        own = [event.change for event in read if event.change.subject == user.user_id]
        assert [each.pk for each in own] == sorted(each.pk for each in own)
        assert [one.keys["plan"]["after"] for one in own[:-1]] == [
            one.keys["plan"]["before"] for one in own[1:]
        ]
        assert User.objects.get(pk=user.pk).app_metadata["plan"] == own[-1].keys["plan"]["after"]


def test_large_ones_come_a_few_at_a_time(jane, monkeypatch):
    begin = latest_event_number()
    for number in range(4):
        change(jane, plan=number, notes=f"{number}" * 1000)
    publish()
    monkeypatch.setattr(memory_budget, "MAX_KEYS_LENGTH", 3000)

    assert plans(begin) == [0, 1]
    assert plans(begin + 2) == [2, 3]
