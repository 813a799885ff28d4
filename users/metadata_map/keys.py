"""Read the metadata map, as far as a viewer may see it. No users' documents are read here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from users.metadata.fold import fold
from users.models import MetadataKey, MetadataSurvey
from users.rights.actor import Actor
from users.rights.visible import visible

NULL, LIST = "null", "array"


@dataclass(frozen=True)
class KeyCounts:
    """What one survey found for a key: how many users have a value, each JSON type, each type in lists,
    and the most frequent values, each as its kind, the value and its number of users."""

    survey: MetadataSurvey
    users: int
    types: dict[str, int]
    items: dict[str, int]
    values: list[tuple[str, Any, int]]

    @property
    def share(self) -> float:
        """The share of the users surveyed, from 0 to 1."""
        return self.users / self.survey.read if self.survey.read else 0.0

    @property
    def estimated_users(self) -> int:
        """How many of all users have it; an estimate where not all were surveyed."""
        return self.users if self.survey.is_complete else round(self.share * self.survey.people)

    @property
    def has_conflict(self) -> bool:
        """Whether users have different types there. A missing value is no conflict."""
        # Null is no type of its own: many systems write it for "no value".
        return len(self.types.keys() - {NULL}) > 1 or len(self.items.keys() - {NULL}) > 1


class MetadataMap:
    """The current map; surveys are read once, keys with each query."""

    @cached_property
    def surveys(self) -> dict[str, MetadataSurvey]:
        """The latest survey of each kind, the latest of all first; the exact one first if at the same
        time."""
        found = MetadataSurvey.objects.order_by("-at", "kind")
        return {survey.kind: survey for survey in found}

    @property
    def latest(self) -> MetadataSurvey | None:
        """The latest survey; None before the first."""
        return next(iter(self.surveys.values()), None)

    def keys(self, *, document: str = "", holding: Iterable[str] = ()) -> QuerySet[MetadataKey]:
        """Keys of the document, or of both, whose name, with the document's name, contains all these
        texts, case-insensitively."""
        found = MetadataKey.objects.all()
        if document:
            found = found.filter(document=document)
        for text in holding:
            # NUL is in no name, and PostgreSQL raises an error for it.
            found = found.filter(folded__contains=fold(text.replace("\0", "")))
        return found

    @cached_property
    def estimated_users(self) -> Coalesce:
        """`KeyCounts.estimated_users` as an SQL expression, not rounded, to sort keys by; 0 for a key that
        no survey found."""
        estimates: list[Combinable] = []
        for kind, survey in self.surveys.items():
            users = Cast(F(f"{kind}__users"), FloatField())
            factor = 1.0 if survey.is_complete or not survey.read else survey.people / survey.read
            estimates.append(users * Value(factor))
        return Coalesce(*estimates, Value(0.0), Value(0.0), output_field=FloatField())

    @property
    def is_found(self) -> Q:
        """The condition that a survey found the key; false before the first survey."""
        found = Q(pk__in=())
        for kind in self.surveys:
            found |= Q(**{f"{kind}__isnull": False})
        return found

    def counts(self, key: MetadataKey, kind: str | None = None) -> KeyCounts | None:
        """The counts of the survey of that kind, or of the latest that found the key; None if it did not."""
        kinds = [kind] if kind else list(self.surveys)
        for name in kinds:
            met = getattr(key, name)
            if met is not None and name in self.surveys:
                values = [tuple(value) for value in met["values"]]
                return KeyCounts(self.surveys[name], met["users"], met["types"], met["items"], values)
        return None


def visible_keys(viewer: Actor, keys: Iterable[MetadataKey]) -> list[MetadataKey]:
    """The keys that the viewer may see."""
    return [key for key in keys if visible(viewer, key.document, tuple(key.path))]
