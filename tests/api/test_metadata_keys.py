"""The keys of metadata, as clients read them."""

from __future__ import annotations

import pytest

from tests.metadata_map.conftest import survey
from users.models import MetadataKey

__all__ = ["survey"]
KEYS = "/api/v2/metadata/keys"


@pytest.fixture
def drawn(survey, make_user):
    """Three people, and a map of what they have."""
    make_user(user_metadata={"age": 31, "favourite colour": "red"}, app_metadata={"plan": "full"})
    make_user(user_metadata={"age": "31"}, app_metadata={"plan": "free", "tags": ["a"], "note": "x" * 101})
    make_user(app_metadata={"plan": "full"})
    survey("metadata_sample")


def fields(answer):
    return [key["field"] for key in answer.json()]


def test_it_lists_every_key_with_its_types_and_values(api, drawn):
    answer = api("read:metadata_keys", "read:users").get(KEYS)

    age, colour = (key for key in answer.json() if key["document"] == "user_metadata")
    note, plan, tags = (key for key in answer.json() if key["document"] == "app_metadata")
    assert plan["path"] == ["plan"]
    assert plan["sample"] == plan["exact"]
    counts = {name: plan["exact"][name] for name in ("read", "people", "users", "types", "item_types")}
    assert counts == {"read": 3, "people": 3, "users": 3, "types": {"string": 3}, "item_types": {}}
    assert plan["values"] == [
        {"value": "full", "is_beginning": False, "users": 2, "q": 'app_metadata.plan:"full"'},
        {"value": "free", "is_beginning": False, "users": 1, "q": 'app_metadata.plan:"free"'},
    ]
    assert (age["has_conflict"], plan["has_conflict"]) == (True, False)
    assert tags["exact"]["item_types"] == {"string": 1}
    assert note["values"][0]["is_beginning"]
    assert colour["field"] == "user_metadata.favourite\\ colour"


def test_its_searches_find_as_many_as_it_says(api, drawn):
    client = api()

    for key in client.get(KEYS).json():
        queries = {f"_exists_:{key['field']}": key["exact"]["users"]}
        queries |= {value["q"]: value["users"] for value in key["values"] if key["path"] != ["age"]}
        for query, users in queries.items():
            found = client.browser.get(
                "/api/v2/users", {"q": query}, headers={"Authorization": f"Bearer {client.token}"}
            )
            assert len(found.json()) == users, query


def test_without_a_right_to_the_documents_it_tells_nothing(api, drawn):
    client = api("read:metadata_keys")

    assert client.get(KEYS).json() == []
    assert client.get(f"{KEYS}?include_totals=true&document=app_metadata").json()["total"] == 0


def test_it_comes_by_document_and_in_pages(api, drawn):
    client = api()

    assert fields(client.get(f"{KEYS}?document=app_metadata&per_page=2&page=1")) == ["app_metadata.tags"]
    wrapped = client.get(f"{KEYS}?include_totals=true&per_page=1").json()
    assert (wrapped["total"], wrapped["start"], wrapped["limit"]) == (5, 0, 1)
    assert client.get(f"{KEYS}?document=identities").status_code == 400


def test_before_the_first_survey_there_is_nothing(api, jane):
    assert api().get(KEYS).json() == []
    assert not MetadataKey.objects.exists()
