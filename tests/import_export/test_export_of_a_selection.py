"""Exporting what a search of the dashboard finds."""

from __future__ import annotations

import gzip
import json

import pytest
from django.utils import timezone

from tests.admin.conftest import staff_with
from tests.jobs.conftest import AT_ONCE
from users.bulk_actions.request import request_export
from users.import_export import export_job
from users.jobs.enqueue import enqueue
from users.jobs.files import read_chunks
from users.jobs.worker import Worker
from users.models import Job, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import staff_actor
from users.rights.errors import Denied
from users.search.selection import Selection

__all__ = ["staff_with"]


def export(member, format: str = "json", **selection) -> tuple[Job, bytes]:
    chosen = Selection(at=timezone.now(), **selection)
    job = request_export(format, chosen, actor=staff_actor(member), reason="Audit")
    job = finish(job)
    return job, content(job)


def finish(job: Job) -> Job:
    while Worker(AT_ONCE).work():
        pass
    return Job.objects.get(pk=job.pk)


def content(job: Job) -> bytes:
    return gzip.decompress(b"".join(read_chunks(job)))


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


@pytest.fixture
def after_each_piece(monkeypatch):
    """`after_each_piece(act)`: pages of one user; `act` is called after the header and after each page."""

    def call(act) -> None:
        append = export_job.append_to_file

        def append_and_act(job, content):
            append(job, content)
            with allow_account_writes():
                act()

        monkeypatch.setattr(export_job, "PAGE_SIZE", 1)
        monkeypatch.setattr(export_job, "append_to_file", append_and_act)

    return call


@pytest.mark.parametrize("how", ["groups removed", "blocked"])
def test_it_ends_where_the_right_is_withdrawn_meanwhile(agent, jane, stranger, after_each_piece, how):
    blocked = User.objects.filter(pk=agent.pk)
    after_each_piece(agent.groups.clear if how == "groups removed" else lambda: blocked.update(blocked=True))

    job, lines = export(agent, ids=(jane.pk, stranger.pk))

    assert (job.status, job.done, lines) == ("failed", 0, b"")


def test_app_metadata_is_left_out_once_its_right_is_withdrawn(staff_with, make_user, after_each_piece):
    member = staff_with("view_user", "export_users", "view_app_metadata")
    one, other = (make_user(app_metadata={"plan": "full"}) for _ in range(2))
    right = member.user_permissions.filter(codename="view_app_metadata").get()
    pages = iter(range(3))
    # The header is the first piece of the file.
    after_each_piece(lambda: next(pages) and member.user_permissions.remove(right))
    chosen = Selection(at=timezone.now(), ids=(one.pk, other.pk)).to_json()
    parameters = {"format": "json", "selection": chosen, "fields": [{"name": "app_metadata.plan"}]}

    job = finish(enqueue(Job.Kind.USERS_EXPORT, actor=staff_actor(member), parameters=parameters))

    assert (job.status, job.done) == ("completed", 2)
    assert content(job).count(b"full") == 1
