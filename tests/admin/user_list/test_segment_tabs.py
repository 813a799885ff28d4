"""Segments as tabs of the list, with counts that a job has made."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.conftest import found
from tests.jobs.conftest import AT_ONCE
from users.actions.search_setup.segments import SegmentData, create_segment
from users.jobs.worker import Worker
from users.models import Job, SegmentCount
from users.rights.actor import staff_actor


def work() -> None:
    while Worker(AT_ONCE).work():
        pass


@pytest.fixture
def save(agent):
    def make(name, query, *, shared=True):
        return create_segment(SegmentData(name, query, is_shared=shared), actor=staff_actor(agent))

    return make


def tabs(page) -> str:
    nav = re.search(r'<nav class="tabs".*?</nav>', page.html, re.DOTALL)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", nav)).strip()


def test_a_tab_shows_its_users_and_a_count_without_counting(save, listing, agent, jane, stranger):
    segment = save("Paying", "app_metadata.plan:full")
    assert tabs(listing(agent)) == "All users Paying"
    work()

    page = listing(agent, segment=segment.segment_id)

    assert tabs(page) == "All users Paying 1"
    assert found(page) == ["jane.doe"]
    assert re.search(rf'segment={segment.segment_id}" aria-current="page"', page.html)


def test_search_and_filters_narrow_the_segment(save, listing, agent, make_user):
    segment = save("Trials", "email:trial*")
    make_user("trial-one", name="Ann")
    make_user("trial-two", name="Bob")

    assert found(listing(agent, segment=segment.segment_id, q="bob")) == ["trial-two"]
    page = listing(agent, segment=segment.segment_id, status="blocked")
    assert found(page) == []


def test_what_one_may_not_see_has_a_tab_without_a_count(save, listing, staff_with, jane):
    segment = save("Paying", "app_metadata.plan:full")
    work()
    viewer = staff_with("view_user")

    assert tabs(listing(viewer)) == "All users Paying"
    assert "You may not use the segment" in listing(viewer, segment=segment.segment_id).text


def test_a_private_segment_of_another_is_no_tab_and_no_search(save, listing, supporter, jane):
    segment = save("Mine", "name:jane*", shared=False)

    assert tabs(listing(supporter)) == "All users"
    for unknown in (segment.segment_id, "seg_0000000000000000", "Mine", "a.b:c"):
        page = listing(supporter, segment=unknown)
        assert found(page) == []
        assert "There is no such segment." in page.text


def test_old_counts_are_counted_again_by_a_job_once(save, listing, agent, jane):
    save("Paying", "app_metadata.plan:full")
    work()
    SegmentCount.objects.update(counted_at=timezone.now() - timedelta(hours=1), count=7)

    assert tabs(listing(agent)) == "All users Paying 7"
    listing(agent)
    assert Job.objects.filter(kind="segment_counts").count() == 1

    work()
    assert tabs(listing(agent)) == "All users Paying 1"


def test_more_segments_cost_no_more_queries(save, browser, agent):

    member = browser(agent)

    def count() -> int:
        with CaptureQueriesContext(database) as captured:
            member.get("/admin/users/user/")
        return len(captured)

    save("One", "name:a*")
    work()
    assert count() >= (one := count())
    for number in range(5):
        save(f"More {number}", "app_metadata.plan:full")
    work()

    assert count() == one


def test_there_are_only_so_many_tabs_and_the_open_one_is_among_them(save, listing, agent, monkeypatch):
    monkeypatch.setattr("users.admin.user_list.segment_tabs.MAX_TABS", 1)
    save("A", "name:a*")
    last = save("B", "name:b*")

    assert tabs(listing(agent)) == "All users A"
    assert tabs(listing(agent, segment=last.segment_id)) == "All users A B"
