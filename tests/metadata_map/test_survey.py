"""The jobs that draw the metadata map: what they count, and that they may be killed at any moment."""

from __future__ import annotations

import pytest
from django.db import connection as database

from tests.jobs.conftest import AT_ONCE, now
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.jobs.cancel import cancel_job
from users.jobs.run import Run
from users.jobs.worker import Worker
from users.metadata_map import sampling, survey_jobs
from users.metadata_map.keys import MetadataMap
from users.metadata_map.last_written import last_written
from users.metadata_map.survey_requests import request_exact_count, request_sample, sample_after_import
from users.models import Change, Job, MetadataKey, MetadataSurvey, User
from users.models.write_guard import allow_history_deletion
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


@pytest.fixture
def people(make_people):
    """So many people, one in two of them on a plan: `people(20)`."""

    def make(count):
        return make_people(
            [
                {"user_metadata": {"age": number}, "app_metadata": {"plan": "full"} if number % 2 else None}
                for number in range(count)
            ]
        )

    return make


def test_a_sample_of_everybody_is_exact(survey, key, make_user):
    make_user(app_metadata={"plan": "full", "limits": {"projects": 3}}, user_metadata={"age": 31})
    make_user(app_metadata={"plan": "free"}, user_metadata={"age": "31"})
    make_user(app_metadata={"plan": "full"})

    job = survey("metadata_sample")

    assert job.result == {"people": 3, "keys": 4}
    plan, age = key("app_metadata.plan"), key("user_metadata.age")
    assert plan.sample == plan.exact
    assert plan.exact == {
        "users": 3,
        "types": {"string": 3},
        "items": {},
        "values": [["string", "full", 2], ["string", "free", 1]],
    }
    assert MetadataMap().counts(age).has_conflict
    assert key("app_metadata.limits.projects").exact["users"] == 1
    assert {(one.kind, one.read, one.people) for one in MetadataSurvey.objects.all()} == {
        ("sample", 3, 3),
        ("exact", 3, 3),
    }


def test_of_more_people_some_are_drawn_and_an_exact_count_reads_all(survey, key, people, settings):
    settings.METADATA_SAMPLE_SIZE = 10
    people(40)

    survey("metadata_sample")
    drawn = MetadataMap()

    assert (drawn.latest.read, drawn.latest.people) == (10, 40)
    assert key("user_metadata.age").sample["users"] == 10
    assert key("user_metadata.age").exact is None
    assert drawn.counts(key("user_metadata.age")).estimated_users == 40

    survey("metadata_count")

    assert key("app_metadata.plan").exact["users"] == 20
    assert key("app_metadata.plan").exact["values"] == [["string", "full", 20]]
    assert key("user_metadata.age").sample["users"] == 10
    assert MetadataMap().counts(key("user_metadata.age")).users == 40
    sampled = {value for _, value, _ in key("user_metadata.age").sample["values"]}
    assert sampled <= set(range(40))


@pytest.mark.parametrize("few", [10, 0], ids=["a small table", "a large one"])
def test_who_is_drawn_is_of_the_people_and_nobody_twice(linked_crowd, monkeypatch, few):
    monkeypatch.setattr(sampling, "MAX_IDS_IN_MEMORY", few)

    ids, people = sampling.sample_users(200)

    assert len(ids) <= 200
    assert len(ids) == 200 or database.vendor == "postgresql"
    assert ids == sorted(set(ids))
    assert User.objects.filter(pk__in=ids).count() == len(ids)
    # Of a large table PostgreSQL knows how many rows it has, those linked to others included.
    assert people in (1500, 2000)


def test_of_a_hundred_thousand_or_fewer_exactly_so_many_are_drawn(linked_crowd):
    ids, people = sampling.sample_users(1000)

    assert (len(ids), people) == (1000, 1500)
    assert sampling.sample_users(1500) == (None, 1500)


def test_what_nobody_has_any_more_goes(survey, make_user):
    jane = make_user(user_metadata={"old": 1})
    survey("metadata_sample")
    edit_user(jane, Edit(documents={"user_metadata": Patch({"old": None, "new": 1})}), actor=SHELL)

    survey("metadata_sample")

    assert [key.name for key in MetadataKey.objects.all()] == ["new"]


def test_of_keys_that_are_not_in_the_map_nothing_is_remembered(make_user):
    make_user(user_metadata={"kept": 1, **{f"k{number}": number for number in range(100)}})

    assert last_written({("user_metadata", ("kept",))}).keys() == {("user_metadata", ("kept",))}


def test_last_written_is_what_the_record_of_changes_says(survey, key, make_user):
    jane = make_user(user_metadata={"a": {"b": 1, "c": 1}})
    edit_user(jane, Edit(documents={"user_metadata": Patch({"a": {"b": 2, "c": 1}})}), actor=SHELL)
    edit_user(jane, Edit(profile={"name": "Jane"}), actor=SHELL)
    created, edited, _ = Change.objects.order_by("pk")

    survey("metadata_sample")

    assert key("user_metadata.a.c").last_written == created.at
    assert key("user_metadata.a.b").last_written == key("user_metadata.a").last_written == edited.at


def test_without_a_record_it_is_when_somebody_who_has_it_was_changed(survey, key, jane):
    with allow_history_deletion():
        Change.objects.all().delete()

    survey("metadata_sample")

    assert key("user_metadata.hobby").last_written == User.objects.get().updated_at


@pytest.mark.parametrize("kind", ["metadata_sample", "metadata_count"])
def test_killed_before_any_of_its_steps_it_goes_on_and_counts_nobody_twice(
    survey, key, people, settings, monkeypatch, kind
):
    settings.METADATA_SAMPLE_SIZE = 20
    monkeypatch.setattr(survey_jobs, "STEP_SIZE", 4)
    people(20 if kind == "metadata_count" else 30)
    original, seen = Run._note, []

    def note(run, *given):
        """Each step is undone once before it is let happen, as when a worker is killed."""
        if len(seen) % 2 == 0:
            seen.append(run)
            raise ZeroDivisionError
        seen.append(run)
        return original(run, *given)

    monkeypatch.setattr(Run, "_note", note)
    job = survey(kind)

    assert len(seen) > 10
    assert job.result["people"] == job.done == 20
    column = "exact" if kind == "metadata_count" else "sample"
    assert getattr(key("user_metadata.age"), column)["users"] == 20


def test_cancelled_it_leaves_the_map_as_it_was(people, monkeypatch):
    monkeypatch.setattr(survey_jobs, "STEP_SIZE", 4)
    people(20)
    job = request_exact_count(SHELL)
    original = Run.check_interrupted

    def look(run):
        if run.done >= 8:
            cancel_job(run.job, actor=SHELL)
        original(run)

    monkeypatch.setattr(Run, "check_interrupted", look)
    Worker(AT_ONCE).work()

    assert (now(job).status, now(job).done) == ("cancelled", 8)
    assert not MetadataKey.objects.exists()


def test_only_who_may_see_app_metadata_asks_and_twice_is_once(agent, make_user, jane):
    with pytest.raises(Denied):
        request_sample(staff_actor(jane))

    assert request_sample(staff_actor(agent)) == request_sample(staff_actor(agent))
    assert request_exact_count(staff_actor(agent)) == request_exact_count(SHELL)


def test_an_import_asks_for_a_sample_beside_one_that_has_begun(jane):
    sample_after_import(SHELL)
    sample_after_import(SHELL)
    assert Job.objects.count() == 1

    Job.objects.update(status="processing")
    sample_after_import(SHELL)
    assert Job.objects.count() == 2
