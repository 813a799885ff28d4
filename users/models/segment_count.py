"""How many users each segment finds, counted by a job."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.segment import Segment


class SegmentCount(models.Model):
    """The last count of one segment, so that a page shows it without counting.

    A table of its own: a count is no change of the segment, whose history and `updated_at` it must not touch.
    """

    segment = models.OneToOneField(Segment, models.CASCADE, primary_key=True, related_name="counted")
    # Null where the segment could not be counted: its query failed, or took too long.
    count = models.PositiveIntegerField(null=True)
    # There are more than `count`.
    is_capped = models.BooleanField(default=False)
    # What the query asks about, with its segments expanded, as [document, key, ...]. A count discloses as
    # much as the list of matches, so only viewers who may see all of it see the count.
    asks_about = models.JSONField(default=list)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"count of {self.segment_id}"
