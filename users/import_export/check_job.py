"""Check an import file as a job: import each record as the import would, note what it changed, and roll it
back. The rules of the import can therefore not differ from those of its check."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import transaction

from users.import_export.errors import DuplicateRecord
from users.import_export.import_file import process_records, summarize
from users.import_export.import_record import Existing, Imported, Outcome, import_record
from users.import_export.seen_users import SeenUsers, record_keys, user_keys
from users.jobs.run import Run
from users.metadata.documents import DOCUMENTS, Document
from users.metadata.errors import format_path
from users.metadata.leaves import Leaf, diff_leaves
from users.metadata.text import dump
from users.metadata.three_way import ABSENT
from users.models import Change, Connection
from users.rights.actor import Actor

# A record whose user exists and would not change.
UNCHANGED = "unchanged"
OUTCOMES = (Outcome.INSERTED, Outcome.UPDATED, UNCHANGED, Outcome.FAILED)
# Keys of the job's state: records by outcome that the report shows, and keys of documents that would go.
EXAMPLES, LOST_KEYS = "examples", "lost_keys"
# Examples per outcome, changes shown of each, and characters of a value. The state is written with each
# step, so it stays below a hundred kilobytes.
MAX_EXAMPLES, MAX_CHANGES, MAX_VALUE = 20, 6, 100


def check_import(run: Run) -> dict[str, Any]:
    """Count what an import of the job's file would do, and store examples; nothing else is written.

    Returns `{"summary": {inserted, updated, unchanged, failed, total}, "lost_keys": n}`. Raises as
    `process_records` does.
    """
    existing = Existing(run.parameters["existing"])
    with SeenUsers() as seen:

        def check_record(number: int, value: Document, connection: Connection, actor: Actor) -> str:
            with transaction.atomic():
                imported = import_record(value, connection, actor=actor, existing=existing)
                changes = list(Change.objects.filter(user=imported.user, request_id=actor.request_id))
                # The record itself is rolled back, but not the count of it.
                transaction.set_rollback(True)
            keys = user_keys(imported.user)
            if seen.has(keys):
                raise DuplicateRecord
            # As in the import, only what an earlier record has written makes a later one its duplicate.
            if changes:
                seen.add(keys)
            return _note(run, number, imported, changes)

        failed = _failed_numbers(run)

        def remember(number: int, value: Document, connection: Connection) -> None:
            # Whether it changed the user is not known any more; if not, a later record for the same user is
            # reported as refused, though the import accepts it.
            if number not in failed:
                seen.add(record_keys(value, connection))

        process_records(run, check_record, on_skipped=remember)
    return {"summary": summarize(run.state, OUTCOMES), LOST_KEYS: run.state.get(LOST_KEYS, 0)}


def _failed_numbers(run: Run) -> frozenset[int]:
    """The records that an earlier attempt refused, as far as they are stored."""
    return frozenset(run.job.failed_records.values_list("number", flat=True)) if run.done else frozenset()


def _note(run: Run, number: int, imported: Imported, changes: list[Change]) -> str:
    outcome = imported.outcome if changes else UNCHANGED
    examples = run.state.setdefault(EXAMPLES, {}).setdefault(outcome, [])
    if len(examples) < MAX_EXAMPLES:
        user = imported.user
        name = user.email or user.username or user.phone_number or user.user_id
        examples.append({"number": number, "user": name, "changes": list(_changed_values(changes))})
    lost = sum(1 for _ in _lost_keys(changes))
    if lost:
        run.state[LOST_KEYS] = run.state.get(LOST_KEYS, 0) + lost
    return outcome


def _lost_keys(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.what in DOCUMENTS:
            yield from (name for name, sides in change.keys.items() if "after" not in sides)


def _changed_values(changes: list[Change]) -> Iterator[dict[str, str]]:
    """Yield `{part, path, before?, after?}` for the first changes; values are JSON, cut short."""
    yield from islice((each for change in changes for each in _values_of(change)), MAX_CHANGES)


def _values_of(change: Change) -> Iterator[dict[str, str]]:
    for name, sides in change.keys.items():
        # Flags that are not set say nothing of a new account, and its email is its name in the report.
        if change.what == Change.What.CREATED and (sides["after"] is False or name == "email"):
            continue
        part = name if name in DOCUMENTS else change.what
        for leaf in diff_leaves(sides.get("before", ABSENT), sides.get("after", ABSENT)):
            yield {"part": part, "path": format_path((name, *leaf.path)), **_sides(leaf)}


def _sides(leaf: Leaf) -> dict[str, str]:
    values = {"before": leaf.before, "after": leaf.after}
    return {side: _cut(dump(value)) for side, value in values.items() if value is not ABSENT}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"
