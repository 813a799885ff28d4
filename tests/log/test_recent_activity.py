"""The newest changes and sign-ins of a user in one list: what is in it, for whom, at which cost."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import staff_with
from tests.conftest import again
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.log.recent_activity import MAX_KEYS_LENGTH, recent_activity
from users.log.record import log_event
from users.rights.actor import command_actor, staff_actor

__all__ = ["staff_with"]
SHELL = command_actor("crm-sync")


def patch(user, **documents):
    edit_user(user, Edit(documents={name: Patch(value) for name, value in documents.items()}), actor=SHELL)


@pytest.fixture
def read():
    def newest(user, member, most=3):
        return recent_activity(user, staff_actor(member), most=most)

    return newest


def test_changes_and_sign_ins_stand_in_one_order(read, agent, jane):
    patch(jane, app_metadata={"plan": "pro"})
    log_event("s", user=jane, ip="192.0.2.7")
    patch(jane, app_metadata={"plan": "free"})
    log_event("scp", user=jane)  # no sign-in

    newest, middle, oldest = read(jane, agent)

    assert (newest.is_change, newest.type, newest.actor_name) == (True, "app_metadata", "crm-sync")
    assert newest.keys == {"plan": {"before": "pro", "after": "free"}}
    assert (middle.is_change, middle.type, middle.ip) == (False, "s", "192.0.2.7")
    assert oldest.keys == {"plan": {"before": "full", "after": "pro"}}


def test_changes_of_a_document_that_staff_may_not_see_are_not_in_it(read, staff_with, jane):
    patch(jane, app_metadata={"plan": "pro"})
    patch(jane, user_metadata={"hobby": "chess"})
    member = staff_with("view_user")

    assert [one.type for one in read(jane, member)] == ["user_metadata", "created"]
    assert "app_metadata" not in str(read(jane, member))


def test_staff_who_may_not_see_users_see_nothing(read, staff_with, jane):
    assert read(jane, staff_with("view_changes")) == []


def test_the_keys_of_a_large_change_are_not_read(read, agent, jane):
    patch(jane, user_metadata={"note": "x" * MAX_KEYS_LENGTH})

    assert (read(jane, agent)[0].type, read(jane, agent)[0].keys) == ("user_metadata", {})


def test_what_another_user_with_the_same_id_did_is_not_in_it(read, administrator, make_user):
    first = make_user(bare_id="twice")
    patch(first, app_metadata={"plan": "pro"})
    log_event("s", user=first)
    delete_user(again(first), actor=SHELL)
    second = make_user(bare_id="twice")

    assert [one.type for one in read(second, administrator)] == ["created"]


def test_it_is_one_query_however_long_the_history_is(read, agent, jane):
    actor = staff_actor(agent)
    recent_activity(jane, actor, most=3)  # reads the rights
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(database) as captured:
            recent_activity(jane, actor, most=3)
        counts.append(len(captured))
        for number in range(20):
            patch(jane, app_metadata={"number": number})
            log_event("s", user=jane)

    assert counts == [1, 1]
    assert len(read(jane, agent, most=5)) == 5
