"""The jobs that survey users' documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from users.conf import conf
from users.jobs.run import Run
from users.metadata.documents import DOCUMENTS, Document
from users.metadata.tally import Tally
from users.metadata_map.last_written import last_written
from users.metadata_map.sampling import sample_users
from users.metadata_map.store import save_survey
from users.models import MetadataKey, MetadataSurvey, User

# Users read per checkpoint, and per fetch: documents may be large.
STEP_SIZE, FETCH_SIZE = 2000, 100
SAMPLE, EXACT = MetadataSurvey.Kind.SAMPLE, MetadataSurvey.Kind.EXACT


def take_sample(run: Run) -> dict[str, int]:
    """Survey a sample. One that is all users is an exact count as well."""
    if not run.state:
        ids, people = sample_users(conf.metadata_sample_size)
        with run.step():
            _begin(run, people if ids is None else len(ids), people, ids=ids)
    return _run_survey(run, [SAMPLE] if run.state.get("ids") else [SAMPLE, EXACT])


def count_exactly(run: Run) -> dict[str, int]:
    """Survey all users. Keys found by the sample are counted exactly, however many keys there are."""
    if not run.state:
        people = User.objects.count()
        with run.step():
            _begin(run, people, people, tallies=_tally_known_keys())
    return _run_survey(run, [EXACT])


def _begin(run: Run, total: int, people: int, **more: Any) -> None:
    begun = {"after": 0, "read": 0, "people": people, "at": timezone.now().isoformat(), "ids": None}
    run.state.update({**begun, "tallies": {name: Tally().to_state() for name in DOCUMENTS}, **more})
    run.progress(0, total)


def _tally_known_keys() -> dict[str, Any]:
    tallies = {name: Tally() for name in DOCUMENTS}
    for key in MetadataKey.objects.exclude(sample__isnull=True):
        stored = key.sample["values"] if key.sample else ()
        values = ((kind, value) for kind, value, _ in stored)
        tallies[key.document].add_known_key(tuple(key.path), values)
    return {name: tally.to_state() for name, tally in tallies.items()}


def _run_survey(run: Run, kinds: list[str]) -> dict[str, int]:
    """Continue from the checkpoint, and store the map. If killed, it loses what it read since the last
    step."""
    done: dict[str, int]
    if "done" in run.state:
        done = run.state["done"]
        return done
    # In a fixed order: jsonb does not preserve the order of keys.
    tallies = {name: Tally.of(run.state["tallies"][name]) for name in DOCUMENTS}
    while _read_batch(run, tallies):
        pass
    written = last_written({(name, path) for name, tally in tallies.items() for path in tally.exact_keys()})
    at, read, people = (run.state[name] for name in ("at", "read", "people"))
    with run.step():
        keys = save_survey(
            kinds, tallies, written, at=datetime.fromisoformat(at), read=read, people=max(read, people)
        )
        run.state.clear()
        done = run.state["done"] = {"people": read, "keys": keys}
        run.log(f"{read} users have {keys} keys.")
    return done


def _read_batch(run: Run, tallies: dict[str, Tally]) -> bool:
    """Returns whether users were left to read."""
    last = number = 0
    for pk, at, *documents in _users_after(run.state["after"], run.state["ids"]):
        for tally, document in zip(tallies.values(), documents, strict=True):
            tally.add(document, at.isoformat())
        last, number = pk, number + 1
        # Often enough for a worker that stops, seldom enough to cost nothing.
        if number % FETCH_SIZE == 0:
            run.check_interrupted()
    if number == 0:
        return False
    with run.step():
        run.state["after"], run.state["read"] = last, run.state["read"] + number
        run.state["tallies"] = {name: tally.to_state() for name, tally in tallies.items()}
        run.progress(run.state["read"], max(run.state["read"], run.total))
    return True


def _users_after(
    pk: int, ids: list[int] | None
) -> Iterator[tuple[int, datetime, Document | None, Document | None]]:
    """The next users of the sample, or of all: pk, last change, and both documents."""
    people = User.objects.order_by("pk").values_list("pk", "updated_at", *DOCUMENTS)
    if ids is None:
        yield from people.filter(pk__gt=pk)[:STEP_SIZE].iterator(chunk_size=FETCH_SIZE)
        return
    left = [one for one in ids if one > pk][:STEP_SIZE]
    for start in range(0, len(left), FETCH_SIZE):
        yield from people.filter(pk__in=left[start : start + FETCH_SIZE])
