"""Exporting what a search of the dashboard finds."""

from __future__ import annotations

import gzip
import json

import pytest
from django.utils import timezone

from tests.jobs.conftest import AT_ONCE
from users.bulk_actions.request import request_export
from users.import_export import export_job
from users.jobs.files import read_chunks
from users.jobs.worker import Worker
from users.models import Job
from users.rights.actor import staff_actor
from users.rights.errors import Denied
from users.search.selection import Selection


def export(member, format: str = "json", **selection) -> tuple[Job, bytes]:
    chosen = Selection(at=timezone.now(), **selection)
    job = request_export(format, chosen, actor=staff_actor(member), reason="Audit")
    while Worker(AT_ONCE).work():
        pass
    return Job.objects.get(pk=job.pk), gzip.decompress(b"".join(read_chunks(job)))


def emails(lines: bytes) -> list[str]:
    return [json.loads(line)["email"] for line in lines.splitlines()]


def test_what_matches_is_exported_and_nothing_else(agent, jane, stranger, monkeypatch):
    monkeypatch.setattr(export_job, "PAGE_SIZE", 1)

    job, lines = export(agent, query="name:jane* OR email:stranger*")

    assert emails(lines) == [jane.email, stranger.email]
    assert (job.result, job.parameters["reason"]) == ({"exported": 2}, "Audit")


def test_ticked_users_are_exported(agent, jane, stranger):
    assert emails(export(agent, ids=(stranger.pk,))[1]) == [stranger.email]


def test_the_dashboards_csv_opens_in_excel(agent, jane):
    assert export(agent, "csv", ids=(jane.pk,))[1].startswith(b"\xef\xbb\xbf")


def test_support_may_not_export(supporter, jane):
    with pytest.raises(Denied):
        export(supporter, ids=(jane.pk,))
