"""What the editor learns of a key: the types and values of others, under the rights of who edits."""

from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.metadata_map.conftest import count_loaded_keys, survey
from users.metadata_map.key_hints import MAX_CHILDREN, MAX_KEYS
from users.models import MetadataKey

__all__ = ["survey"]
HINTS = "/admin/metadata/hints/"


@pytest.fixture
def people(make_user, survey):
    make_user(
        user_metadata={"age": 31, "tags": ["a", 1]}, app_metadata={"plan": "full", "limits": {"calls": 5}}
    )
    make_user(user_metadata={"age": "31"}, app_metadata={"plan": "full", "note": "y" * 200})
    make_user(user_metadata={"age": 2**70}, app_metadata={"plan": "free", "limits": {"calls": 5, "seats": 1}})
    survey("metadata_sample")


@pytest.fixture
def ask(browser):
    """`ask(agent, key="app_metadata.plan")`: the answer of the server."""

    def answer(member, **parameters):
        response = browser(member).get(HINTS, parameters)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        return response.json()

    return answer


def test_a_key_has_types_users_and_values(ask, people, agent):
    found = ask(agent, key=["app_metadata.plan", "user_metadata.tags", "app_metadata.note"])["keys"]

    assert found["app_metadata.plan"] == {
        "types": {"string": 3},
        "items": {},
        "users": "3 users",
        "values": ['"full"', '"free"'],
    }
    assert found["user_metadata.tags"]["items"] == {"string": 1, "number": 1}
    # A long text is known by its beginning only, which nobody should be offered as the value.
    assert found["app_metadata.note"]["values"] == []


def test_long_integers_are_not_rounded_on_their_way(ask, people, agent):
    age = ask(agent, key="user_metadata.age")["keys"]["user_metadata.age"]

    assert age["types"] == {"number": 2, "string": 1}
    assert str(2**70) in age["values"]


def test_the_keys_below_another_are_suggested_those_of_most_users_first(ask, people, agent):
    top = ask(agent, under="app_metadata")["children"]
    below = ask(agent, under="app_metadata.limits")["children"]

    assert [one["key"] for one in top] == ["plan", "limits", "note"]
    assert top[0]["detail"] == "string · 3 users"
    assert [one["key"] for one in below] == ["calls", "seats"]
    assert ask(agent, under="app_metadata.pla")["children"] == []


@pytest.mark.parametrize(
    "under", ["", "password", "profile", "app_metadata.\0", "app_metadata." + "x" * 5000]
)
def test_nothing_is_suggested_below_what_no_document_has(ask, people, agent, under):
    assert ask(agent, under=under, key=under) == {"keys": {}, "children": []}


def test_staff_without_the_right_to_app_metadata_learn_nothing_of_it(ask, people, staff_with):
    member = staff_with("view_user", "change_app_metadata")

    answer = ask(member, key=["app_metadata.plan", "user_metadata.age"], under="app_metadata")

    assert list(answer["keys"]) == ["user_metadata.age"]
    assert answer["children"] == []
    assert "plan" not in json.dumps(answer)


def test_only_staff_who_may_see_users_get_an_answer(browser, people, staff_with, jane):
    assert browser(staff_with("view_changes")).get(HINTS, {"key": "app_metadata.plan"}).status_code == 403
    for other in (browser(jane), browser()):
        assert other.get(HINTS).status_code == 302


def test_the_answer_is_bounded_and_so_are_the_queries(browser, survey, make_user, agent, monkeypatch):
    make_user(app_metadata={f"key{number:03}": number for number in range(100)})
    survey("metadata_sample")
    at_work = browser(agent)
    names = [f"app_metadata.key{number:03}" for number in range(100)]
    read = count_loaded_keys(monkeypatch)

    def cost(**parameters):
        with CaptureQueriesContext(database) as captured:
            answer = at_work.get(HINTS, parameters).json()
        return answer, len(captured)

    one, few = cost(key=names[:1])
    many, same = cost(key=names)
    read.clear()
    below, _ = cost(under="app_metadata")
    assert len(read) == MAX_CHILDREN

    assert (len(one["keys"]), len(many["keys"]), len(below["children"])) == (1, MAX_KEYS, MAX_CHILDREN)
    assert few == same


@pytest.mark.parametrize("kinds", [("metadata_sample",), ("metadata_count", "metadata_sample")])
def test_only_keys_directly_below_it_that_a_survey_found_are_suggested(ask, survey, make_user, agent, kinds):
    make_user(app_metadata={"é": {"a": {"b": 1}, "c": 1}, "éa": 1, "d": 1})
    make_user(app_metadata={"é": {"c": 1}})
    for kind in kinds:
        survey(kind)
    MetadataKey.objects.filter(name="d").update(sample=None, exact=None)

    assert [one["key"] for one in ask(agent, under="app_metadata.é")["children"]] == ["c", "a"]
    assert [one["key"] for one in ask(agent, under="app_metadata")["children"]] == ["é", "éa"]
