"""Store the results of a survey in the metadata map."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from users.metadata.fold import fold
from users.metadata.paths import Path
from users.metadata.tally import KeyTally, Tally
from users.models import MetadataKey, MetadataSurvey

# Values stored per key; pages and suggestions show fewer.
MAX_VALUES = 10

Written = dict[tuple[str, Path], datetime]


def save_survey(
    kinds: Collection[str],
    tallies: dict[str, Tally],
    written: Written,
    *,
    at: datetime,
    read: int,
    people: int,
) -> int:
    """Replace the results of the last surveys of these kinds, in the caller's transaction; keys that no
    survey has are deleted. Returns the number of keys found."""
    rows = [
        _row(document, path, key, kinds, written)
        for document, tally in tallies.items()
        for path, key in tally.exact_keys().items()
    ]
    left_out = any(tally.left_out for tally in tallies.values())
    # Cleared first: keys that this survey did not find must not show counts of an older one.
    MetadataKey.objects.update(**dict.fromkeys(kinds))
    MetadataKey.objects.bulk_create(
        rows,
        batch_size=100,
        # An upsert per batch: a row per key would be a thousand statements.
        update_conflicts=True,
        unique_fields=["document", "name"],
        update_fields=[*kinds, "last_written"],
    )
    MetadataKey.objects.filter(sample__isnull=True, exact__isnull=True).delete()
    for kind in kinds:
        columns = {"at": at, "read": read, "people": people, "left_out": left_out}
        MetadataSurvey.objects.update_or_create(kind=kind, defaults=columns)
    return len(rows)


def _row(document: str, path: Path, key: KeyTally, kinds: Collection[str], written: Written) -> MetadataKey:
    name = ".".join(path)
    return MetadataKey(
        document=document,
        path=list(path),
        name=name,
        folded=fold(f"{document}.{name}"),
        last_written=written.get((document, path)) or _moment(key.latest),
        **dict.fromkeys(kinds, _counts(key)),
    )


def _counts(key: KeyTally) -> dict[str, Any]:
    return {
        "users": key.users,
        "types": dict(key.types),
        "items": dict(key.items),
        "values": [[*value, count] for value, count in key.frequent(MAX_VALUES)],
    }


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
