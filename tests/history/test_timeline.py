"""The record read back, as far as the viewer may see it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from users.actions.documents import Patch
from users.actions.edit_user import Edit, edit_user
from users.history.timeline import timeline
from users.models.guard import account_writes
from users.rights.actor import command, owner, staff

SHELL = command("tests")


@pytest.fixture
def edited(jane):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "free"})}), actor=SHELL)
    edit_user(jane, Edit(documents={"user_metadata": Patch({"hobby": "chess"})}), actor=SHELL)
    return jane


def test_it_begins_with_the_latest(edited, agent):
    changes = timeline(edited, staff(agent))

    assert [change.what for change in changes] == ["user_metadata", "app_metadata", "created"]
    assert changes[0].keys == {"hobby": {"before": "surfing", "after": "chess"}}


def test_what_one_may_not_see_is_not_in_it_not_even_that_it_changed(edited, make_user):
    clerk = make_user()
    with account_writes():
        clerk.user_permissions.add(Permission.objects.get(codename="view_user"))

    changes = timeline(edited, staff(clerk))

    assert [change.what for change in changes] == ["user_metadata", "created"]
    assert "app_metadata" not in changes[-1].keys


def test_jane_sees_hers_and_nobody_elses(edited, stranger):
    assert [change.what for change in timeline(edited, owner(edited))] == ["user_metadata", "created"]
    assert timeline(edited, owner(stranger)) == []


def test_it_goes_on_from_any_line(edited, agent):
    first, *others = timeline(edited, staff(agent))

    assert timeline(edited, staff(agent), before=first) == others
    assert timeline(edited, staff(agent), limit=1) == [first]


def test_a_long_record_costs_one_query(edited, agent, django_assert_num_queries):
    viewer = staff(agent)
    agent.get_all_permissions()

    with django_assert_num_queries(1):
        timeline(edited, viewer)
