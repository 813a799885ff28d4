"""Segments: searches saved under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from users.models.ids import new_segment_id


class Segment(models.Model):
    """A saved search. `segment:"its name"` in another query stands for its query."""

    segment_id = models.CharField(max_length=20, unique=True, default=new_segment_id)
    name = models.CharField(max_length=100)
    name_folded = models.CharField(max_length=300, editable=False)
    # With AND, OR and NOT written out, so that it means the same in the dashboard and in the API, whose
    # defaults differ.
    query = models.TextField()
    description = models.CharField(max_length=300, blank=True)
    # Null once the user is deleted. Private segments are deleted with the user.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        permissions = [("share_segment", "Can share saved searches and change those that are shared")]
        ordering = ["name_folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name_folded"], name="segment_own_once"),
            models.UniqueConstraint(
                fields=["name_folded"], condition=Q(is_shared=True), name="segment_shared_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
