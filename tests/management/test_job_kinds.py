"""The list of the kinds of jobs, which a worker does."""

from __future__ import annotations

from users.jobs import registry
from users.management.job_kinds import KINDS
from users.models import Job


def test_every_kind_of_job_has_its_code():
    assert list(KINDS) == list(Job.Kind)


def test_no_two_kinds_share_a_function():
    assert len({kind.work for kind in KINDS.values()}) == len(KINDS)


def test_all_of_them_are_registered_when_django_has_started():
    assert registry.KINDS == KINDS
