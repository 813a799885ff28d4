"""The activity: changes and sign-ins as one timeline, page by page, for who may see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.search.conftest import Plan
from users.actions.account.block_user import block_user
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.history.filter import ChangeFilter
from users.history.subjects import user_ids_by_email
from users.log.activity import (
    FAILURES,
    ActivityFilter,
    list_activity,
    list_user_activity,
)
from users.log.activity_count import count_activity
from users.log.record import log_event
from users.models import Change, LogEvent
from users.rights.actor import command_actor, owner_actor, staff_actor

SHELL = command_actor("tests")
EVERYTHING = ActivityFilter()


def write(user, *, actor=SHELL, reason="", **keys):
    edit_user(user, Edit(documents={"app_metadata": Patch(keys)}), actor=actor, reason=reason)


def kinds_of(page) -> list[str]:
    """What each line is: the part of a change, or the type of an event."""
    return [line.what if isinstance(line, Change) else line.type for line in page.lines]


def walk(read, limit: int) -> list:
    """All lines, page by page."""
    lines, place = [], None
    while True:
        page = read(after=place, limit=limit)
        assert len(page.lines) <= limit
        lines += page.lines
        place = page.older
        if place is None:
            return lines


@pytest.fixture
def busy(jane):
    """Jane's account with changes and sign-ins in turn, several at one moment."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    lines = [
        Change(
            subject=jane.user_id,
            user=jane,
            what="app_metadata",
            keys={"plan": {"after": number}},
            names="app_metadata.plan",
            at=moment + timedelta(minutes=number // 3),
            actor_kind="staff",
            actor_id="auth0|a",
            actor_name="Ada",
            face="dashboard",
        )
        for number in range(20)
    ]
    Change.objects.bulk_create(lines)
    for number in range(20):
        log_event(["s", "fp"][number % 2], user=jane, at=moment + timedelta(minutes=number // 2))
    return jane


def test_changes_and_sign_ins_are_one_timeline(jane, agent):
    log_event("s", user=jane)
    write(jane, actor=staff_actor(agent), plan="free")
    log_event("fp", user=jane)

    page = list_user_activity(jane, staff_actor(agent), EVERYTHING)

    assert kinds_of(page) == ["fp", "app_metadata", "s", "created"]
    assert page.older is None


def test_events_of_clients_and_the_configuration_are_not_in_it(agent, jane):
    log_event("mgmt_api_read")
    log_event("seccft")
    log_event("sapi", user=agent)

    assert set(kinds_of(list_activity(staff_actor(agent), EVERYTHING))) == {"created", "staff_rights"}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_hold_each_line_once_and_in_order(busy, agent, limit):
    viewer = staff_actor(agent)
    for read in (
        lambda **place: list_activity(viewer, EVERYTHING, **place),
        lambda **place: list_user_activity(busy, viewer, EVERYTHING, **place),
    ):
        lines = [line for line in walk(read, limit) if line.at.year == 2026 and line.at.month == 3]

        keys = [(type(line), line.pk) for line in lines]
        assert len(keys) == len(set(keys))
        assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
        assert sum(isinstance(line, Change) for line in lines) == 20


def test_sign_ins_before_the_user_was_created_are_of_an_earlier_user(busy, agent):
    lines = list_user_activity(busy, staff_actor(agent), EVERYTHING).lines

    assert not any(isinstance(line, LogEvent) for line in lines)


def test_a_search_whose_time_is_up_hides_no_change_behind_an_event(busy, agent, monkeypatch):
    """Sign-ins older than the changes looked through would be shown before changes that are newer."""
    monkeypatch.setattr("users.history.scan.SCAN_BUDGET_SECONDS", 0)
    monkeypatch.setattr("users.history.scan.FIRST_STEP", 4)
    monkeypatch.setattr("users.history.scan.MAX_STEP", 4)
    viewer, wanted = staff_actor(agent), ActivityFilter(changes=ChangeFilter(kinds=("staff",)))

    first = list_activity(viewer, wanted, limit=10)
    assert first.searched_to is not None
    assert all(line.at >= first.searched_to for line in first.lines)
    lines = walk(lambda **place: list_activity(viewer, wanted, **place), 10)
    assert sum(isinstance(line, Change) for line in lines) == 20
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)


def test_a_page_that_large_changes_end_early_hides_none_either(jane, agent, monkeypatch):
    for number in range(4):
        write(jane, notes=f"{number}" * 1000)
        log_event("s", user=jane)
    monkeypatch.setattr("users.history.memory_budget.MAX_KEYS_LENGTH", 1500)
    viewer = staff_actor(agent)

    first = list_user_activity(jane, viewer, EVERYTHING)
    assert len(first.lines) < 9
    lines = walk(lambda **place: list_user_activity(jane, viewer, EVERYTHING, **place), 50)
    assert [line.what if isinstance(line, Change) else "s" for line in lines] == [
        *["s", "app_metadata"] * 4,
        "created",
    ]


def test_it_is_narrowed_to_failures_users_and_days(busy, stranger, agent):
    viewer = staff_actor(agent)
    log_event("fp", user=stranger)
    log_event("fu", user_name="Ghost@Example.com")

    def ask(**wanted) -> list[str]:
        return kinds_of(list_activity(viewer, ActivityFilter(**wanted)))

    assert set(ask(changes=None, types=FAILURES)) == {"fp", "fu"}
    assert ask(changes=None, user_ids=(stranger.user_id,)) == ["fp"]
    assert ask(changes=None, user_ids=(), user_names=("ghost@EXAMPLE.com",)) == ["fu"]
    assert ask(changes=None, user_ids=()) == []
    assert len(ask(changes=None, until=datetime(2026, 3, 1, 0, 1, tzinfo=UTC))) == 2
    assert ask(types=(), changes=ChangeFilter(text="PLAN", kinds=("staff",))) == ["app_metadata"] * 20


def test_text_is_found_in_keys_reasons_actors_and_request_ids(jane, agent):
    write(jane, actor=staff_actor(agent, request_id="req-17"), reason="Ticket 4711", credits=1)
    viewer = staff_actor(agent)

    def ask(text: str) -> list[str]:
        return kinds_of(list_activity(viewer, ActivityFilter(types=(), changes=ChangeFilter(text=text))))

    assert ask("ticket 47") == ask("req-17") == ask("CREDITS") == ["app_metadata"]
    assert ask("agent@") == ["app_metadata"]
    assert ask("req-1") == ask("%") == ask("4712") == []


def test_text_does_not_find_what_the_viewer_may_not_see(jane, staff_with):
    write(jane, secret_score=1)
    clerk = staff_actor(staff_with("view_user", "view_changes"))

    found = list_activity(clerk, ActivityFilter(types=(), changes=ChangeFilter(text="secret_score")))
    assert found.lines == []
    assert "app_metadata.secret_score" not in count_activity(clerk, EVERYTHING).keys


def test_a_deleted_user_is_found_by_email(connection, jane, agent, stranger):
    delete_user(jane, actor=SHELL)
    again = create_user(connection, actor=SHELL, profile={"email": "Jane.Doe@example.com"})

    ids = user_ids_by_email("JANE.doe@example.com")
    assert set(ids) == {jane.user_id, again.user_id}
    found = list_activity(
        staff_actor(agent), ActivityFilter(changes=ChangeFilter(subjects=ids), user_ids=ids)
    )
    assert kinds_of(found) == ["created", "deleted", "created"]
    assert user_ids_by_email("\0") == user_ids_by_email("nobody@example.com") == ()


def test_only_who_may_look_through_all_changes_sees_all_activity(busy, jane, staff_with, supporter):
    for viewer in (owner_actor(jane), staff_actor(supporter), staff_actor(staff_with("view_user"))):
        assert list_activity(viewer, EVERYTHING).lines == []
        assert count_activity(viewer, EVERYTHING).read == 0
    # Without the right to see users there are changes, but neither names nor sign-ins.
    lines = list_activity(staff_actor(staff_with("view_changes")), EVERYTHING).lines
    assert not any(isinstance(line, LogEvent) for line in lines)


def test_facets_count_the_newest_lines(jane, agent, stranger, make_client, actor_of):
    write(jane, actor=staff_actor(agent), plan="free", seats=2)
    write(jane, actor=actor_of("update:users"), plan="full")
    block_user(stranger, actor=staff_actor(agent))
    log_event("s", user=jane)
    log_event("fp", user=jane)
    log_event("fepft", user=jane)

    counted = count_activity(staff_actor(agent), EVERYTHING)

    assert counted.actors["staff", agent.user_id] == 2
    assert counted.actors["client", "client-1"] == 1
    assert counted.newest["client", "client-1"][1] == "Shop"
    assert counted.by_users == 3
    assert (counted.parts["sign_ins"], counted.parts["failures"], counted.parts["app_metadata"]) == (1, 2, 2)
    assert (counted.faces["sign_in"], counted.faces["api"], counted.faces["dashboard"]) == (2, 2, 2)
    assert counted.keys == {"app_metadata.plan": 2, "app_metadata.seats": 1}
    assert counted.is_capped is False


def test_facets_count_no_more_than_a_page_costs(busy, agent, monkeypatch):
    monkeypatch.setattr("users.log.activity_count.MAX_COUNTED", 5)

    counted = count_activity(staff_actor(agent), EVERYTHING)

    assert (counted.read, counted.is_capped) == (5, True)


def test_a_page_costs_the_same_few_queries_however_much_there_is(busy, agent, django_assert_num_queries):
    viewer = staff_actor(agent)
    agent.get_all_permissions()

    with django_assert_num_queries(3):
        assert len(list_activity(viewer, EVERYTHING).lines) == 43
    with django_assert_num_queries(4):
        count_activity(viewer, EVERYTHING)


def test_events_are_read_along_indexes(busy, agent):
    """Neither a sort of the log nor a scan, whatever it is narrowed to."""
    with database.cursor() as cursor:
        cursor.execute("ANALYZE users_logevent")
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    viewer = staff_actor(agent)
    for wanted, index in (
        (ActivityFilter(changes=None), "log_event_type"),
        (ActivityFilter(changes=None, since=timezone.now() - timedelta(days=9999)), "log_event_type"),
        (ActivityFilter(changes=None, user_ids=(busy.user_id,)), "log_event_user"),
        (ActivityFilter(changes=None, user_ids=(), user_names=("x",)), "log_event_user_name"),
    ):
        with CaptureQueriesContext(database) as queries:
            list_activity(viewer, wanted)
        union = next(query["sql"] for query in queries if "UNION" in query["sql"] or "arm_0" in query["sql"])
        plan = Plan.of(union, None)
        # All of these events are of one user: the index of all of them is as good.
        assert plan.indexes <= {index, "log_event_latest"}, plan.text
        assert "users_logevent" not in plan.scans, plan.text
