"""What the map holds, for whoever may see it. Nobody's documents are read here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from users.metadata.fold import fold
from users.models import MetadataKey, MetadataSurvey
from users.rights.actor import Actor
from users.rights.visible import visible

NULL, LIST = "null", "array"


@dataclass(frozen=True)
class KeyCounts:
    """What one survey met of a key: how many people have a value, each type of JSON, each type in a
    list, and the most frequent values, each as what it is, itself and how many have it."""

    survey: MetadataSurvey
    users: int
    types: dict[str, int]
    items: dict[str, int]
    values: list[tuple[str, Any, int]]

    @property
    def share(self) -> float:
        """Of the people read, from 0 to 1."""
        return self.users / self.survey.read if self.survey.read else 0.0

    @property
    def estimated_users(self) -> int:
        """How many people have it, of all that there are; an estimate where not all were read."""
        return self.users if self.survey.is_complete else round(self.share * self.survey.people)

    @property
    def has_conflict(self) -> bool:
        """Whether what one person has is of another type than what another has. To lack a value is
        no conflict."""
        return len(self.types.keys() - {NULL}) > 1 or len(self.items.keys() - {NULL}) > 1


class MetadataMap:
    """The map as it is now; the surveys are read once, and the keys with each question."""

    @cached_property
    def surveys(self) -> dict[str, MetadataSurvey]:
        """The latest of each kind there was, the latest of all first; of two at once the exact one."""
        found = MetadataSurvey.objects.order_by("-at", "kind")
        return {survey.kind: survey for survey in found}

    @property
    def latest(self) -> MetadataSurvey | None:
        """None where there has been no survey yet."""
        return next(iter(self.surveys.values()), None)

    def keys(self, *, document: str = "", holding: Iterable[str] = ()) -> QuerySet[MetadataKey]:
        """Those of the document, or of both, in whose name, that of the document included, all these
        texts are, whatever their case."""
        found = MetadataKey.objects.all()
        if document:
            found = found.filter(document=document)
        for text in holding:
            found = found.filter(folded__contains=fold(text.replace("\0", "")))
        return found

    def counts(self, key: MetadataKey, kind: str | None = None) -> KeyCounts | None:
        """By the survey of that kind, or by the latest that met the key; None where it did not."""
        kinds = [kind] if kind else list(self.surveys)
        for name in kinds:
            met = getattr(key, name)
            if met is not None and name in self.surveys:
                values = [tuple(value) for value in met["values"]]
                return KeyCounts(self.surveys[name], met["users"], met["types"], met["items"], values)
        return None


def visible_keys(viewer: Actor, keys: Iterable[MetadataKey]) -> list[MetadataKey]:
    """Those of the keys that the viewer may see."""
    return [key for key in keys if visible(viewer, key.document, tuple(key.path))]
