"""Count the users of each segment, as a job: the tabs of the list of users show counts without counting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from users.jobs.enqueue import enqueue
from users.jobs.run import Run
from users.lucene.errors import QueryError
from users.lucene.nodes import terms
from users.lucene.parser import parse
from users.models import Job, Segment, SegmentCount
from users.querying.errors import SearchTimeout
from users.rights.actor import Actor, command_actor, staff_actor
from users.rights.errors import Denied
from users.search.count import count_users
from users.search.segment_expansion import expand_segments
from users.search.visibility import asked_about
from users.throttling.debounce import SHARED, is_first_within

# Of a count: a page that shows older ones has them counted again.
MAX_AGE = timedelta(minutes=15)
# Seconds for one count, after which the segment has none.
SECONDS = 2.0
AFTER = "after"
ACTOR = command_actor("segment counts")


def request_counts() -> None:
    """Have all segments counted again, unless that has been requested within MAX_AGE."""
    if is_first_within(MAX_AGE.total_seconds(), "segment counts", cache=SHARED):
        recount_segments()


def recount_segments() -> None:
    """Have all segments counted again."""
    enqueue(Job.Kind.SEGMENT_COUNTS, actor=ACTOR)


def count_segments(run: Run) -> None:
    """Count each segment, or the one that `parameters["segment"]` names."""
    for segment in _segments(run):
        # Outside of the step, which holds SQLite's write lock.
        found = _count(segment)
        with run.step():
            _store(segment, found)
            run.state[AFTER] = segment.pk
            run.progress(run.done + 1)


def _segments(run: Run) -> Iterator[Segment]:
    segments = Segment.objects.order_by("pk").select_related("owner")
    if "segment" in run.parameters:
        segments = segments.filter(segment_id=run.parameters["segment"])
    # A query per segment: there are few, and a long transaction would block writers on SQLite.
    while segment := segments.filter(pk__gt=run.state.get(AFTER, 0)).first():
        yield segment


def _count(segment: Segment) -> dict[str, Any]:
    """The columns of its count. It is counted as its owner sees it, or as everyone does if it is shared."""
    columns: dict[str, Any] = {"count": None, "is_capped": False, "asks_about": []}
    viewer = _viewer(segment)
    if viewer is None:
        return columns
    text = f"segment:{segment.segment_id}"
    try:
        asked = {asked_about(term) for term in terms(expand_segments(parse(text), viewer))}
        found = count_users(text, viewer=viewer, seconds=SECONDS)
    except (QueryError, Denied, SearchTimeout):
        return columns
    asks_about = sorted([document, *path] for document, path in asked)
    return {"count": found.count, "is_capped": found.is_capped, "asks_about": asks_about}


def _viewer(segment: Segment) -> Actor | None:
    if segment.is_shared:
        return ACTOR
    return staff_actor(segment.owner) if segment.owner else None


def _store(segment: Segment, columns: dict[str, Any]) -> None:
    # A segment that was deleted, or changed, while it was counted has no such count.
    if not Segment.objects.filter(pk=segment.pk, query=segment.query).exists():
        return
    SegmentCount.objects.update_or_create(segment=segment, defaults={**columns, "counted_at": timezone.now()})
