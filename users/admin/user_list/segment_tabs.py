"""Segments as tabs of the user list, with counts that a job has made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from users.actions.search_setup.count_segments import MAX_AGE, request_counts
from users.admin.user_list.query_string import ListURL
from users.models import Segment, SegmentCount
from users.rights.actor import Actor
from users.rights.visible import visible
from users.search.segment_expansion import usable_segments

# More of them are on the page of segments.
MAX_TABS = 12


@dataclass(frozen=True)
class SegmentTab:
    """A tab. `count` is None where there is none, or the viewer may not see what it counts."""

    name: str
    link: str
    is_open: bool
    count: int | None = None
    is_capped: bool = False
    counted_at: datetime | None = None


def segment_tabs(address: ListURL, viewer: Actor) -> list[SegmentTab]:
    """The tab of all users, and one for each segment up to MAX_TABS, the open one among them."""
    open_id = address.text("segment")
    usable = usable_segments(viewer).select_related("counted").order_by("name_folded", "pk")
    found = list(usable[:MAX_TABS])
    if open_id and all(each.segment_id != open_id for each in found):
        found += usable.filter(segment_id=open_id)
    refresh_old_counts(found)
    everyone = SegmentTab("", address.link(segment=None), not open_id)
    return [everyone, *(_tab(each, address, viewer, open_id) for each in found)]


def _tab(segment: Segment, address: ListURL, viewer: Actor, open_id: str) -> SegmentTab:
    link, is_open = address.link(segment=segment.segment_id), segment.segment_id == open_id
    counted = stored_count(segment, viewer)
    if counted is None:
        return SegmentTab(segment.name, link, is_open)
    return SegmentTab(segment.name, link, is_open, counted.count, counted.is_capped, counted.counted_at)


def stored_count(segment: Segment, viewer: Actor) -> SegmentCount | None:
    """Return the last count that a job made, or None where there is none or the viewer may not see it."""
    counted = _count_of(segment)
    # The number of matches discloses what the query asks about, as the matches themselves do.
    if counted is None or not all(
        visible(viewer, asked[0], tuple(asked[1:])) for asked in counted.asks_about
    ):
        return None
    return counted


def _count_of(segment: Segment) -> SegmentCount | None:
    # Django raises where the other side of a one-to-one relation is missing.
    return getattr(segment, "counted", None)


def refresh_old_counts(segments: Sequence[Segment]) -> None:
    """Have a worker count again what was counted long ago: this page shows the old numbers, and their age."""
    oldest = timezone.now() - MAX_AGE
    counts = map(_count_of, segments)
    if any(counted is None or counted.counted_at < oldest for counted in counts):
        request_counts()
