"""The record of changes: who did what to whom, through which face, when, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.history.record import record_change, record_change_for_users
from users.models import Change, User
from users.rights.actor import Face, command_actor, owner_actor, staff_actor

SHELL = command_actor("tests")
EDIT = Edit(documents={"user_metadata": Patch({"hobby": "chess", "height": 170})})


@pytest.fixture
def actors(actor_of, agent, jane):
    return {
        "staff": staff_actor(agent, request_id="request-1"),
        "user": owner_actor(jane, request_id="request-1"),
        "client": replace(actor_of("update:users"), request_id="request-1"),
        "command": command_actor("import_users", face=Face.IMPORT),
    }


@pytest.mark.parametrize(
    ("kind", "id", "name", "face", "request_id"),
    [
        ("staff", "the agent's", "agent@example.com", "dashboard", "request-1"),
        ("user", "Jane's", "jane.doe@example.com", "profile", "request-1"),
        ("client", "client-1", "Shop", "api", "request-1"),
        ("command", "import_users", "import_users", "import", ""),
    ],
)
def test_a_line_tells_who_and_through_which_face(actors, agent, jane, kind, id, name, face, request_id):
    expected = {"the agent's": agent.user_id, "Jane's": jane.user_id}.get(id, id)

    edit_user(jane, EDIT, actor=actors[kind])

    line = jane.changes.first()
    assert (line.actor_kind, line.actor_id, line.actor_name) == (kind, expected, name)
    assert (line.face, line.request_id) == (face, request_id)


def test_a_line_tells_what_when_and_why(jane):
    start = timezone.now()

    edit_user(jane, EDIT, actor=SHELL, reason="as asked")

    line = jane.changes.first()
    assert (line.subject, line.what, line.reason) == (jane.user_id, "user_metadata", "as asked")
    assert start <= line.at <= timezone.now()
    assert line.keys == {"hobby": {"before": "surfing", "after": "chess"}, "height": {"after": 170}}


def test_one_edit_writes_a_line_for_each_part_it_touched_at_one_moment(jane):
    documents = {"user_metadata": Patch({"a": 1}), "app_metadata": Patch({"plan": None})}

    edit_user(
        jane, Edit(profile={"name": "J", "nickname": "j"}, documents=documents), actor=SHELL, reason="tidy"
    )

    lines = {line.what: line for line in jane.changes.exclude(what="created")}
    assert lines["profile"].keys == {
        "name": {"before": "Jane Doe", "after": "J"},
        "nickname": {"before": None, "after": "j"},
    }
    assert lines["user_metadata"].keys == {"a": {"after": 1}}
    assert lines["app_metadata"].keys == {"plan": {"before": "full"}}
    assert len({line.at for line in lines.values()}) == 1
    assert {line.reason for line in lines.values()} == {"tidy"}


def test_what_follows_from_a_field_is_recorded_too(make_user):
    user = make_user("verified", email_verified=True)

    edit_user(user, Edit(profile={"email": "new@example.com"}), actor=SHELL)

    assert user.changes.first().keys == {
        "email": {"before": "verified@example.com", "after": "new@example.com"},
        "email_verified": {"before": True, "after": False},
    }


def test_a_wipe_shows_every_key_that_went(jane):
    edit_user(jane, Edit(documents={"app_metadata": Patch({})}), actor=SHELL)

    assert jane.changes.first().keys == {"plan": {"before": "full"}}


def test_the_record_outlives_its_subject_and_its_actor(jane, agent):
    edit_user(jane, EDIT, actor=staff_actor(agent))
    delete_user(jane, actor=SHELL)
    delete_user(agent, actor=SHELL)

    line = Change.objects.get(what="user_metadata")
    assert (line.user, line.subject) == (None, jane.user_id)
    assert (line.actor_id, line.actor_name) == (agent.user_id, "agent@example.com")


def test_the_name_of_the_actor_is_as_it_was_at_the_time(jane):
    edit_user(jane, EDIT, actor=owner_actor(jane))

    edit_user(jane, Edit(profile={"email": "new@example.com"}), actor=SHELL)

    assert Change.objects.get(what="user_metadata").actor_name == "jane.doe@example.com"


def test_lines_come_newest_first(jane):
    for name in ("A", "B", "C"):
        edit_user(jane, Edit(profile={"name": name}), actor=SHELL)

    after = [line.keys["name"]["after"] for line in jane.changes.filter(what="profile")]
    assert after == ["C", "B", "A"]


def test_what_is_too_long_for_the_record_is_cut_and_not_refused(jane):
    wordy = replace(SHELL, id="i" * 300, name="n" * 400)

    edit_user(jane, EDIT, actor=wordy, reason="r" * 600)

    line = jane.changes.first()
    assert (len(line.actor_id), len(line.actor_name), len(line.reason)) == (255, 300, 500)


def test_a_line_reads_as_a_sentence(jane):
    edit_user(jane, EDIT, actor=SHELL)

    assert str(jane.changes.first()) == f"user_metadata of {jane.user_id} by tests"


def test_an_account_has_no_line_of_another(jane, stranger):
    edit_user(jane, EDIT, actor=SHELL)

    assert [line.what for line in User.objects.get(pk=stranger.pk).changes.all()] == ["created"]


def test_a_line_for_many_is_what_each_would_have_got_alone(jane, stranger, actors):
    at = timezone.now()
    keys = {'Ed\'s \u00e4 "role" 100%s': {"before": "rol_1", "after": [1, 1.5, None, {"a": True}]}}
    given = {"actor": actors["client"], "at": at, "reason": "it's 100%s gone" + "x" * 600}

    record_change(jane, Change.What.ROLES, keys, **given)
    record_change_for_users(User.objects.exclude(pk=jane.pk), Change.What.ROLES, keys, **given)

    alone = Change.objects.filter(subject=jane.user_id).values().first()
    [copied] = Change.objects.filter(what="roles", subject=stranger.user_id).values()
    own = {"id": copied["id"], "user_id": stranger.pk, "subject": stranger.user_id}
    assert copied == alone | own
    assert (
        not Change.objects.filter(what="roles")
        .exclude(user__in=[jane, stranger])
        .exclude(user=actors["staff"].user)
    )
    # It goes on counting where the copies ended.
    assert record_change(jane, Change.What.ROLES, keys, **given).pk > copied["id"]


def test_a_line_for_nobody_is_none(jane):
    before = Change.objects.count()

    record_change_for_users(
        User.objects.none(), Change.What.ROLES, {"a": {"after": 1}}, actor=SHELL, at=timezone.now()
    )
    record_change_for_users(
        User.objects.filter(user_id="x"), Change.What.ROLES, {"a": {}}, actor=SHELL, at=timezone.now()
    )

    assert Change.objects.count() == before
