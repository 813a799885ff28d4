"""GET /events: follow what happens, without missing anything."""

from __future__ import annotations

import pytest

from tests.api.answers import problem, shown
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Event
from users.rights.actor import command_actor, staff_actor

EVENTS = "/api/v2/events"


def change(user, actor=command_actor("tests"), reason="", **app_metadata):  # noqa: B008
    edit = Edit(documents={"app_metadata": Patch(app_metadata)})
    edit_user(user, edit, actor=actor, reason=reason)


@pytest.fixture
def follower(api):
    """A client that may follow events and nothing else."""
    return api("read:events")


@pytest.fixture
def reader(api):
    """One that may see the users as well."""
    return api("read:events", "read:users")


def now(client) -> str:
    return shown(client.get(f"{EVENTS}?from=latest"))["next"]


def test_an_event_says_what_happened_to_whom_and_by_whom(reader, jane, administrator):
    begin = now(reader)
    change(jane, staff_actor(administrator, request_id="r-1"), "Ticket 4711", plan="gone", theme="dark")
    page = shown(reader.get(f"{EVENTS}?from={begin}"))

    [event] = page["events"]
    assert event["type"] == "user.updated"
    assert event["id"] == str(jane.changes.latest("pk").pk)
    assert event["data"] == {
        "user_id": jane.user_id,
        "what": "app_metadata",
        "keys": {"app_metadata": ["plan", "theme"]},
        "changes": {
            "app_metadata": {"plan": {"before": "full", "after": "gone"}, "theme": {"after": "dark"}}
        },
        "actor": {"kind": "staff", "id": administrator.user_id, "name": str(administrator)},
        "face": "dashboard",
        "reason": "Ticket 4711",
        "request_id": "r-1",
    }
    assert int(page["next"]) == int(begin) + 1


def test_whoever_may_not_see_users_is_told_that_something_happened_and_no_more(follower, jane, administrator):
    begin = now(follower)
    change(jane, staff_actor(administrator), "because", plan="gone")
    answer = follower.get(f"{EVENTS}?from={begin}")

    [event] = shown(answer)["events"]
    assert (event["data"]["user_id"], event["data"]["what"]) == (jane.user_id, "app_metadata")
    assert (event["data"]["keys"], event["data"]["changes"]) == ({}, {})
    for secret in ("plan", "gone", "because", str(administrator)):
        assert secret not in answer.content.decode()


def test_a_walk_meets_everything_once_and_goes_on_later(reader, jane, make_user):
    begin = now(reader)
    for plan in range(5):
        change(jane, plan=plan)
    joe = make_user("joe", user_metadata={"hobby": "chess"})
    delete_user(joe, actor=command_actor("tests"))
    found, at = [], begin
    while page := shown(reader.get(f"{EVENTS}?from={at}&take=3"))["events"]:
        found += page
        at = shown(reader.get(f"{EVENTS}?from={at}&take=3"))["next"]

    assert [event["type"] for event in found] == ["user.updated"] * 5 + ["user.created", "user.deleted"]
    assert found[5]["data"]["changes"]["user_metadata"] == {"hobby": {"after": "chess"}}
    assert shown(reader.get(f"{EVENTS}?from={at}")) == {"events": [], "next": at}
    change(jane, plan="later")
    assert len(shown(reader.get(f"{EVENTS}?from={at}"))["events"]) == 1


def test_without_a_place_it_begins_with_the_oldest(reader, jane, stranger):
    page = shown(reader.get(f"{EVENTS}?take=1"))

    assert page["events"][0]["data"]["user_id"] == jane.user_id
    assert shown(reader.get(f"{EVENTS}?from={page['next']}"))["events"]


def test_whoever_comes_too_late_is_told_so(reader, jane):
    begin = now(reader)
    for plan in range(3):
        change(jane, plan=plan)
    now(reader)
    Event.objects.filter(number__lte=int(begin) + 2).delete()

    assert problem(reader.get(f"{EVENTS}?from={begin}"))[::2] == (410, "expired_checkpoint")
    assert problem(reader.get(f"{EVENTS}?from={int(begin) + 4}"))[::2] == (410, "expired_checkpoint")
    Event.objects.all().delete()
    assert problem(reader.get(f"{EVENTS}?from={begin}"))[::2] == (410, "expired_checkpoint")
    assert shown(reader.get(f"{EVENTS}?from={int(begin) + 3}"))["events"] == []


@pytest.mark.parametrize("query", ["from=x", "from=-1", "from=1.5", "take=0", "take=101", "page=1"])
def test_a_bad_query_is_refused(reader, query):
    assert problem(reader.get(f"{EVENTS}?{query}"))[::2] == (400, "invalid_query_string")
