"""The record read back, as far as the viewer may see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection as database
from django.utils import timezone

from tests.search.conftest import Plan
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.history import memory_budget
from users.history.changed_keys import TouchesAnyKey, changed_key_names
from users.history.filter import ChangeFilter
from users.history.scan import NEWEST_FIRST, between, read_start
from users.history.timeline import get_change, list_all_changes, list_user_changes
from users.listing.cursor import encode_cursor
from users.models import Change
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor, owner_actor, staff_actor

SHELL = command_actor("tests")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def write(user, document, **keys):
    edit_user(user, Edit(documents={document: Patch(keys)}), actor=SHELL)


def parts_of(found) -> list[str]:
    return [change.what for change in found.changes]


@pytest.fixture
def clerk(make_user):
    """May see users, and nothing of app_metadata."""
    clerk = make_user()
    with allow_account_writes():
        clerk.user_permissions.add(*Permission.objects.filter(codename__in=("view_user", "view_changes")))
    return clerk


@pytest.fixture
def edited(jane):
    write(jane, "app_metadata", plan="free")
    write(jane, "user_metadata", hobby="chess")
    return jane


@pytest.fixture
def long_record(jane, agent):
    """10,000 changes of Jane, a second apart: of `plan` but for one of `rare`, the oldest."""
    at = timezone.now() - timedelta(days=1)
    Change.objects.bulk_create(
        Change(
            user=jane,
            subject=jane.user_id,
            at=at - timedelta(seconds=number),
            what="app_metadata",
            keys=(keys := {"rare" if number == 9_999 else "plan": {"after": number}}),
            names=changed_key_names("app_metadata", keys),
            actor_kind="staff",
            actor_id=agent.user_id,
            actor_name=str(agent),
            face="dashboard",
        )
        for number in range(10_000)
    )
    return jane


def test_it_begins_with_the_latest(edited, agent):
    found = list_user_changes(edited, staff_actor(agent))

    assert parts_of(found) == ["user_metadata", "app_metadata", "created"]
    assert found.changes[0].keys == {"hobby": {"before": "surfing", "after": "chess"}}
    assert found.older is None


def test_what_one_may_not_see_is_not_in_it_not_even_that_it_changed(edited, clerk):
    for found in (
        list_user_changes(edited, staff_actor(clerk)),
        list_all_changes(staff_actor(clerk), ChangeFilter(subjects=(edited.user_id,))),
    ):
        assert parts_of(found) == ["user_metadata", "created"]
        assert "app_metadata" not in found.changes[-1].keys
    hidden = Change.objects.get(what="app_metadata")
    assert get_change(hidden.pk, staff_actor(clerk)) is None
    assert parts_of(list_user_changes(edited, staff_actor(clerk), ChangeFilter(key=("plan",)))) == []


def test_jane_sees_hers_and_nobody_elses(edited, stranger, agent):
    write(edited, "app_metadata", note="hers to see, says the setting", plan="gold")

    assert parts_of(list_user_changes(edited, owner_actor(edited))) == ["user_metadata", "created"]
    assert parts_of(list_user_changes(edited, owner_actor(stranger))) == []
    assert parts_of(list_all_changes(owner_actor(edited))) == []


def test_jane_sees_those_keys_of_app_metadata_that_a_setting_names(edited, settings):
    settings.PROFILE_APP_METADATA_KEYS = ["note", "plan"]
    write(edited, "app_metadata", note="new", secret="x")
    write(edited, "app_metadata", secret="y")

    found = list_user_changes(edited, owner_actor(edited))

    assert parts_of(found) == ["app_metadata", "user_metadata", "app_metadata", "created"]
    assert found.changes[0].keys == {"note": {"after": "new"}}
    assert found.changes[-1].keys["app_metadata"] == {"after": {"plan": "full"}}
    assert parts_of(list_user_changes(edited, owner_actor(edited), ChangeFilter(key=("secret",)))) == []


def test_it_goes_on_from_any_line_whatever_comes_meanwhile(edited, agent):
    viewer = staff_actor(agent)
    first = list_user_changes(edited, viewer, limit=1)

    write(edited, "user_metadata", hobby="go")
    older = list_user_changes(edited, viewer, after=read_start(first.next_cursor))

    assert parts_of(first) + parts_of(older) == ["user_metadata", "app_metadata", "created"]


@pytest.mark.parametrize(
    "text",
    ["", "x", "20260101T000000000000-1", pytest.param(encode_cursor("jobs", (NOON, 1)), id="another list's")],
)
def test_text_that_is_no_cursor_of_the_record_names_no_position(text):
    assert read_start(text) is None


def test_changes_are_found_by_what_is_asked(edited, agent, stranger):
    block_user(stranger, actor=staff_actor(agent), reason="spam")
    write(edited, "app_metadata", address={"city": "Oslo", "zip": "1"})
    write(edited, "app_metadata", address={"city": "Oslo", "zip": "2"})
    delete_user(stranger, actor=SHELL)
    viewer, today = staff_actor(agent), timezone.now()
    blocked = Change.objects.get(reason="spam")

    def ask(**wanted) -> list[str]:
        return parts_of(list_all_changes(viewer, ChangeFilter(**wanted)))

    assert ask(key=("plan",)) == ["app_metadata", "created"]
    assert ask(part="user_metadata", key=("plan",)) == []
    assert ask(part="user_metadata") == ["user_metadata", "created"]
    assert ask(key=("address", "zip")) == ["app_metadata", "app_metadata"]
    assert ask(key=("address", "city")) == ["app_metadata"]
    assert ask(key=("address", "city", "street")) == []
    assert ask(part="profile", key=("blocked",)) == ["profile"]
    assert ask(face="dashboard", actors=(agent.user_id,)) == ["profile"]
    assert ask(actors=(agent.user_id, "nobody")) == ["profile"]
    assert ask(actors=()) == []
    assert ask(subjects=(stranger.user_id,)) == ["deleted", "profile", "created"]
    assert ask(subjects=(stranger.user_id,), actors=(agent.user_id,)) == ["profile"]
    assert ask(subjects=(stranger.user_id, "x"), part="deleted") == ["deleted"]
    assert ask(since=blocked.at, until=blocked.at + timedelta(microseconds=1)) == ["profile"]
    assert ask(since=today, part="deleted") == []


@pytest.mark.parametrize("key", ["a b", "line\nbreak", "käse", "%_", 'quo"te', "long" * 100, "A"])
def test_any_key_can_be_asked_for(jane, agent, key):
    write(jane, "app_metadata", **{key: 1, "a": 2})

    assert parts_of(list_user_changes(jane, staff_actor(agent), ChangeFilter(key=(key,)))) == ["app_metadata"]
    assert parts_of(list_user_changes(jane, staff_actor(agent), ChangeFilter(key=(key + "s",)))) == []


def test_a_page_of_a_long_record_costs_one_query_and_a_rare_key_few(
    long_record, agent, django_assert_num_queries, django_assert_max_num_queries
):
    viewer = staff_actor(agent)
    agent.get_all_permissions()

    with django_assert_num_queries(1):
        assert len(list_user_changes(long_record, viewer).changes) == 50
    with django_assert_max_num_queries(10):
        found = list_user_changes(long_record, viewer, ChangeFilter(key=("rare",)))
    assert [change.keys for change in found.changes] == [{"rare": {"after": 9_999}}]
    with django_assert_num_queries(3):
        assert (
            len(list_user_changes(long_record, viewer, ChangeFilter(actors=(agent.user_id,))).changes) == 50
        )


def test_pages_of_a_long_record_hold_each_line_once(long_record, agent):
    viewer, seen, place = staff_actor(agent), [], None
    while True:
        found = list_user_changes(long_record, viewer, ChangeFilter(key=("plan",)), after=place, limit=1_500)
        seen += [change.pk for change in found.changes]
        place = found.older
        if place is None:
            break

    assert len(seen) == len(set(seen)) == 9_999 + 1  # with the creation, which gave a plan


@pytest.mark.parametrize("wanted", [ChangeFilter(), ChangeFilter(key=("notes",))])
def test_a_page_of_large_changes_ends_early_and_the_next_goes_on(jane, agent, monkeypatch, wanted):
    for number in range(6):
        write(jane, "app_metadata", notes=f"{number}" * 1000)
    monkeypatch.setattr(memory_budget, "MAX_KEYS_LENGTH", 3000)

    pages, older = [], None
    while len(pages) < 6 and (older or not pages):
        found = list_user_changes(jane, staff_actor(agent), wanted, after=older)
        pages.append([change.keys["notes"]["after"][0] for change in found.changes if "notes" in change.keys])
        older = found.older

    assert pages[:3] == [["5", "4"], ["3", "2"], ["1", "0"]]


def test_a_search_whose_time_is_up_tells_how_far_it_came_and_goes_on(long_record, agent, monkeypatch):
    monkeypatch.setattr("users.history.scan.SCAN_BUDGET_SECONDS", 0)
    monkeypatch.setattr("users.history.scan._changes_touching_keys", lambda names: None)
    wanted, viewer = ChangeFilter(key=("rare",)), staff_actor(agent)

    found = list_all_changes(viewer, wanted)
    rounds = 1
    assert (found.changes, found.is_incomplete) == ([], True)
    while found.is_incomplete:
        assert not found.changes
        found, rounds = list_all_changes(viewer, wanted, after=found.older), rounds + 1

    assert [change.keys for change in found.changes] == [{"rare": {"after": 9_999}}]
    assert rounds > 5


def test_whatever_is_asked_is_looked_for_along_an_index(long_record, agent):
    """No step sorts the record, nor reads all of it."""
    with database.cursor() as cursor:
        cursor.execute("ANALYZE users_change")
        if database.vendor == "postgresql":
            # Whether an index gives the order; for so few rows sorting and reading all may be as cheap.
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_seqscan = off")
    newest, oldest = (NEWEST_FIRST.position(getattr(Change.objects, end)()) for end in ("first", "last"))
    cases = {
        "change_latest": ChangeFilter(face="api"),
        "change_actor_latest": ChangeFilter(actors=(agent.user_id,)),
        "change_subject_latest": ChangeFilter(
            subjects=(long_record.user_id,), actors=(agent.user_id,), face="api"
        ),
    }
    for index, wanted in cases.items():
        lines = between(wanted.filter_by_index(Change.objects.all()), newest, oldest)
        plans = [
            Plan(lines.values_list("at", "pk")[999:1000]),
            Plan(wanted.filter_candidates(lines).values("pk")[:51]),
        ]
        for plan in plans:
            # All of these lines are one person's: the index of all of them is as good.
            assert plan.indexes & {index, "change_names", "change_latest"}, plan.text
            assert not plan.sorts, plan.text
    by_key = Plan(Change.objects.filter(TouchesAnyKey(["app_metadata.rare"])).order_by().values("pk"))
    assert "change_names" in by_key.indexes, by_key.text


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite takes the index of the order anyway")
def test_a_search_for_what_is_rare_reads_each_step_by_index(long_record, agent):
    with database.cursor() as cursor:
        cursor.execute("ANALYZE users_change")
        # For so few rows, and by the sample of this ANALYZE, reading all may be as cheap.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plans = []

    def explain(execute, sql, parameters, is_many, context):
        if '"actor_kind" IN' in sql and not sql.startswith("EXPLAIN"):
            plans.append(Plan.of(sql, parameters))
        return execute(sql, parameters, is_many, context)

    with database.execute_wrapper(explain):
        list_all_changes(staff_actor(agent), ChangeFilter(kinds=("command",)))

    assert len(plans) > 1
    assert not any(plan.scans for plan in plans), [plan.text for plan in plans if plan.scans]
