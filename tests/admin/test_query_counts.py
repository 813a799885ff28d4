"""What each page of the dashboard asks of the database, counted. One query is the sidebar's, for running
jobs."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import delete_path, user_path
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.search_setup.segments import SegmentData, create_segment
from users.rights.actor import command_actor, staff_actor


@pytest.fixture
def queries(browser):
    """How many a page takes: `queries(agent, path)`."""

    def count(member, path: str) -> int:
        at_work = browser(member)
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(path).status_code == 200
        return len(captured)

    return count


@pytest.mark.parametrize(
    ("who", "expected"),
    [("supporter", 12), ("agent", 12), ("administrator", 12)],
)
def test_the_page_of_a_user(queries, jane, request, who, expected):
    assert queries(request.getfixturevalue(who), user_path(jane)) == expected


def test_the_page_of_a_staff_member(queries, administrator, supporter):
    assert queries(administrator, user_path(supporter)) == 14


def test_the_page_of_segments_counts_each_and_asks_nothing_else(queries, agent):
    def save(name):
        create_segment(SegmentData(name, "name:a"), actor=staff_actor(agent))

    save("first")
    queries(agent, "/admin/segments/")  # which has a worker count them, at most once in a while
    one = queries(agent, "/admin/segments/")
    save("second")

    # To find it by its id, and to count. On PostgreSQL the time limit is set besides, and set back.
    assert queries(agent, "/admin/segments/") - one == (2 if database.vendor == "sqlite" else 6)


def test_the_page_that_asks_before_deleting(queries, administrator, jane):
    assert queries(administrator, delete_path(jane)) == 7


def test_neither_other_users_nor_a_long_history_cost_more(queries, agent, jane, crowd):
    few = queries(agent, user_path(jane))

    crowd(1000)
    for number in range(60):
        edit = Edit(documents={"app_metadata": Patch({f"key{number}": "x" * 100})})
        edit_user(jane, edit, actor=command_actor("tests"))

    assert queries(agent, user_path(jane)) == few
