"""Surveys, done at once."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import AT_ONCE, now
from tests.search.conftest import crowd, linked_crowd, make_people
from users.jobs.enqueue import enqueue
from users.jobs.worker import Worker
from users.metadata_map import survey_jobs
from users.models import Job, MetadataKey
from users.rights.actor import command_actor

__all__ = ["crowd", "linked_crowd", "make_people", "survey_jobs"]


@pytest.fixture
def survey(db):
    """`survey("metadata_sample")`: the job, done."""

    def do(kind: str) -> Job:
        job = enqueue(kind, actor=command_actor("tests"))
        while Worker(AT_ONCE).work():
            pass
        assert now(job).status == "completed", now(job).details
        return now(job)

    return do


@pytest.fixture
def key():
    """`key("app_metadata.plan")`, as the map has it."""

    def find(name: str) -> MetadataKey:
        document, _, path = name.partition(".")
        return MetadataKey.objects.get(document=document, name=path)

    return find


def count_loaded_keys(monkeypatch) -> list[None]:
    """A list that grows by one with each row of the metadata map that is loaded."""
    loaded, load = [], MetadataKey.from_db.__func__

    def load_and_count(cls, *row):
        loaded.append(None)
        return load(cls, *row)

    monkeypatch.setattr(MetadataKey, "from_db", classmethod(load_and_count))
    return loaded
