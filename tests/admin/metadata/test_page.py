"""The page of the metadata map: what it tells to whom, its links, and asking for it to be drawn."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.metadata_map.conftest import survey
from tests.web.pages import Page, open_page
from users.jobs.enqueue import enqueue
from users.metadata.fold import fold
from users.metadata_map import survey_requests
from users.metadata_map.keys import MetadataMap
from users.models import Job, MetadataKey, User
from users.rights.actor import command_actor, staff_actor
from users.search.query import search_users

__all__ = ["survey"]
MAP = "/admin/metadata/"


@pytest.fixture
def desk(browser):
    return lambda member, address=MAP: open_page(browser(member), address)


@pytest.fixture
def people(make_user):
    """Of two types of age, and with a key and a value that need escapes."""
    make_user(user_metadata={"age": 31}, app_metadata={"plan": "full", 'a "b" (c)': {"d:e": "x AND *"}})
    make_user(user_metadata={"age": "31"}, app_metadata={"plan": "full", "note": "y" * 200})
    make_user(user_metadata={"age": -1.5, "vip": True, "empty": ""}, app_metadata={"plan": "free"})


def keys(page: Page) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'<a class="path" [^>]*title="([^"]*)"', page.html)]


def test_it_tells_types_shares_values_and_conflicts_in_words(desk, survey, people, agent):
    survey("metadata_sample")

    page = desk(agent)

    assert "app_metadata.plan" in keys(page)
    assert re.search(r"age user_metadata Number 2 Text 1 75 % 3 users .* Types differ", page.text)
    assert re.search(r"plan app_metadata Text 75 % 3 users full 67 %", page.text)
    assert '<rect class="v1" x="0.0%" width="66.7%" height="8"/>' in page.html
    assert "All 4 users were read" in page.text
    assert page.inline == []


def test_each_key_and_value_leads_to_those_who_have_it(desk, survey, people, agent):
    survey("metadata_sample")
    page, drawn = desk(agent), MetadataMap()

    links = [html.unescape(link) for link in re.findall(r'href="([^"]*\?q=[^"]*)"', page.html)]
    queries = [parse_qs(urlsplit(link).query)["q"][0] for link in links]

    counted = [drawn.counts(key) for key in drawn.keys()]  # noqa: SIM118
    assert len(queries) == len(set(queries))
    assert len(queries) == sum(1 + len(counts.types) + len(counts.values) for counts in counted)
    numbers = {
        query: search_users(User.objects.all(), query, viewer=staff_actor(agent)).count() for query in queries
    }
    assert min(numbers.values()) > 0
    assert numbers['app_metadata.plan:"full"'] == 2
    assert numbers["_exists_:user_metadata.age"] == 3
    assert numbers["_type_.user_metadata.age:number"] == 2
    assert numbers["_type_.user_metadata.age:string"] == 1
    assert numbers['app_metadata.a\\ \\"b\\"\\ \\(c\\).d\\:e:"x AND *"'] == 1


def test_who_may_not_see_a_document_is_told_nothing_of_it(desk, survey, people, staff_with):
    survey("metadata_sample")
    member = staff_with("view_user")

    for address in (MAP, f"{MAP}?document=app_metadata", f"{MAP}?text=plan", f"{MAP}?text=app_metadata"):
        page = desk(member, address)
        assert [key for key in keys(page) if key.startswith("app_metadata")] == []
        assert "full" not in page.html
        assert page.buttons.isdisjoint({"Take a new sample", "Count all users"})
    assert "user_metadata.age" in keys(desk(member))


def test_the_page_is_for_staff_who_may_see_users(browser, jane, staff_with):
    assert browser().get(MAP).status_code == 302
    assert browser(jane).get(MAP, follow=True).status_code == 403
    assert browser(staff_with("block_user")).get(MAP).status_code == 403


def test_it_is_filtered_by_words_and_by_document(desk, survey, people, agent):
    survey("metadata_sample")

    assert keys(desk(agent, f"{MAP}?text=AGE")) == ["user_metadata.age"]
    assert set(keys(desk(agent, f"{MAP}?document=user_metadata"))) == {
        *("user_metadata.age", "user_metadata.vip", "user_metadata.empty")
    }
    assert keys(desk(agent, f"{MAP}?text=vip&document=app_metadata")) == []
    assert "No key matches." in desk(agent, f"{MAP}?text=%25").text


def test_it_is_filtered_to_keys_in_which_types_differ(desk, survey, people, agent, staff_with):
    survey("metadata_sample")

    assert "Types differ 1" in desk(agent).text
    page = desk(agent, f"{MAP}?types=differ")
    assert keys(page) == ["user_metadata.age"]
    assert 'href="?"' in page.html
    assert keys(desk(agent, f"{MAP}?types=differ&document=app_metadata")) == []
    # A search within keeps the filter.
    assert 'name="types" value="differ"' in page.html


def test_it_is_sorted_by_share_by_name_or_by_time(desk, survey, people, agent):
    survey("metadata_sample")

    assert set(keys(desk(agent))[:2]) == {"app_metadata.plan", "user_metadata.age"}
    names = [key.rpartition(".")[2] for key in keys(desk(agent, f"{MAP}?sort=name"))]
    assert names == sorted(names)
    assert len(keys(desk(agent, f"{MAP}?sort=written"))) == len(names)
    assert keys(desk(agent, f"{MAP}?sort=nonsense")) == keys(desk(agent))


def test_an_indexed_key_is_marked(desk, survey, people, agent, index_key):
    index_key("app_metadata", ("plan",), "text")
    survey("metadata_sample")

    assert desk(agent).text.count("Indexed") == 1


def test_a_large_map_comes_in_pages_at_the_same_cost(browser, desk, survey, make_user, agent):
    survey("metadata_sample")
    at_work = browser(agent)

    def count() -> int:
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(MAP).status_code == 200
        return len(captured)

    count()  # as indexed keys are read once
    few = count()
    for number in range(60):
        key = MetadataKey(document="user_metadata", path=[f"key-{number:02}"], name=f"key-{number:02}")
        key.folded = fold(f"user_metadata.{key.name}")
        MetadataKey.objects.bulk_create([key])

    assert count() == few
    seen = [key for number in (1, 2) for key in keys(desk(agent, f"{MAP}?page={number}"))]
    assert len(seen) == len(set(seen)) == 60
    assert keys(desk(agent, f"{MAP}?page=nonsense"))[0] == "user_metadata.key-00"


def test_before_the_first_sample_it_says_so_and_takes_one(desk, agent):
    page = desk(agent)
    assert "No sample yet" in page.text

    page = page.press("Take a new sample")

    assert "The first sample is being taken" in page.text
    assert 'data-live="on"' in page.html
    assert "Take a new sample" not in page.buttons
    job = Job.objects.get()
    assert (job.kind, job.owner) == ("metadata_sample", agent)


def test_counting_everybody_is_a_job_whose_progress_is_shown(desk, agent, survey, jane):
    survey("metadata_sample")
    desk(agent).press("Count all users")
    Job.objects.filter(kind="metadata_count").update(status="processing", done=20, total=50)

    page = desk(agent)

    assert "Exact count of metadata" in page.text
    assert "40 %, 20 of 50" in page.text
    assert "Count all users" not in page.buttons


def test_a_survey_that_failed_is_told_of(desk, agent, survey, jane):
    survey("metadata_sample")
    job = enqueue("metadata_sample", actor=command_actor("tests"))
    Job.objects.filter(pk=job.pk).update(status="failed", details="It broke.", due_at=None)

    page = desk(agent)

    assert "It broke. The numbers shown are older." in page.text
    assert f"/admin/jobs/{job}/" not in page.html


def test_only_who_may_see_app_metadata_may_ask(browser, staff_with):
    member = browser(staff_with("view_user"))

    assert member.post(MAP, {"ask": "count"}).status_code == 403
    assert not Job.objects.exists()
    assert survey_requests.unfinished_job("metadata_count") is None
