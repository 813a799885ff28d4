"""Counts of segments: made by a job, capped, and deleted with the query they were of."""

from __future__ import annotations

import pytest

from tests.conftest import again
from tests.jobs.conftest import AT_ONCE
from users.actions.search_setup import count_segments
from users.actions.search_setup.count_segments import request_counts
from users.actions.search_setup.segments import SegmentData, create_segment, edit_segment
from users.jobs.worker import Worker
from users.models import Job, SegmentCount
from users.querying.errors import SearchTimeout
from users.rights.actor import staff_actor


def work() -> None:
    while Worker(AT_ONCE).work():
        pass


@pytest.fixture
def save(agent):
    def make(name, query, *, shared=False):
        return create_segment(SegmentData(name, query, is_shared=shared), actor=staff_actor(agent))

    return make


def test_a_new_segment_is_counted_with_what_it_asks_about(save, jane):
    segment = save("Full", "app_metadata.plan:full")

    work()

    count = SegmentCount.objects.get()
    assert (count.segment, count.count, count.is_capped) == (segment, 1, False)
    assert count.asks_about == [["app_metadata", "plan"]]
    assert not Job.objects.filter(kind="segment_counts").exists()


def test_an_edited_query_loses_its_count_at_once_and_another_name_keeps_it(save, jane, agent):
    segment = save("Full", "app_metadata.plan:full")
    work()

    edit_segment(segment, SegmentData("All", "app_metadata.plan:full"), actor=staff_actor(agent))
    assert SegmentCount.objects.exists()

    edit_segment(again(segment), SegmentData("All", "name:nobody"), actor=staff_actor(agent))
    assert not SegmentCount.objects.exists()
    work()
    assert SegmentCount.objects.get().count == 0


def test_counts_are_capped(save, make_user, monkeypatch):
    monkeypatch.setattr("users.search.count.MAX_COUNT", 1)
    save("Everyone", "*:*")
    make_user()

    work()

    assert (SegmentCount.objects.get().count, SegmentCount.objects.get().is_capped) == (1, True)


def test_a_segment_of_segments_asks_about_what_those_ask(save, jane):
    save("Full", "app_metadata.plan:full")
    nested = save("Nested", 'segment:"Full" AND name:jane*')

    work()

    assert nested.counted.count == 1
    assert ["app_metadata", "plan"] in nested.counted.asks_about


def test_one_that_takes_too_long_has_no_count_and_the_others_do(save, jane, monkeypatch):
    slow, fast = save("Slow", "name:a"), save("Fast", "name:jane*")
    original = count_segments.count_users

    def count(text, **options):
        if slow.segment_id in text:
            raise SearchTimeout
        return original(text, **options)

    monkeypatch.setattr(count_segments, "count_users", count)

    work()

    assert (slow.counted.count, fast.counted.count) == (None, 1)


def test_counts_are_requested_once_in_a_while(db):
    request_counts()
    request_counts()

    assert Job.objects.filter(kind="segment_counts").count() == 1


def test_a_query_that_was_edited_while_it_was_counted_gets_no_old_count(save, jane, agent, monkeypatch):
    segment = save("Full", "app_metadata.plan:full")
    original = count_segments.count_users

    def count(text, **options):
        found = original(text, **options)
        monkeypatch.setattr(count_segments, "count_users", original)
        edit_segment(segment, SegmentData("Full", "name:nobody"), actor=staff_actor(agent))
        return found

    monkeypatch.setattr(count_segments, "count_users", count)

    work()

    assert SegmentCount.objects.get().count == 0
