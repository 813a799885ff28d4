"""`/metadata/indexes`: keys of metadata made fast to search by."""

from __future__ import annotations

import pytest

from tests.api.answers import problem
from users.models import IndexedKey, Job

INDEXES = "/api/v2/metadata/indexes"
CREDITS = {"key": "app_metadata.credits", "type": "number"}


@pytest.fixture
def keeper(api):
    return api("update:metadata_keys", "read:users")


def test_a_key_is_indexed_listed_and_dropped(keeper):
    made = keeper.post(INDEXES, CREDITS)
    listed = keeper.get(INDEXES).json()
    dropped = keeper.delete(f"{INDEXES}/{made.json()['id']}")

    assert made.status_code == 201
    assert made.json() == {
        **CREDITS,
        "id": IndexedKey.objects.get().key_id,
        "status": "building",
        "job_id": Job.objects.earliest("pk").job_id,
        "created_at": made.json()["created_at"],
        "created_by": "Shop",
    }
    assert listed == [made.json()]
    assert (dropped.status_code, dropped.json()) == (202, {})
    assert keeper.get(INDEXES).json()[0]["status"] == "dropping"


def test_the_list_says_how_each_is_doing(keeper, index_key):
    index_key("app_metadata", ("credits",), "number")
    keeper.post(INDEXES, {"key": "user_metadata.city"})
    Job.objects.update(status="processing", done=30, total=200)
    keeper.post(INDEXES, {"key": "user_metadata.age"})
    Job.objects.filter(done=0).update(status="failed", details="No room.")

    ready, failed, building = keeper.get(INDEXES).json()

    assert ready["status"] == "ready"
    assert ready.get("size", 1) > 0
    assert (failed["status"], failed["details"]) == ("failed", "No room.")
    assert (building["status"], building["progress"], building["type"]) == ("building", 15, "text")


def test_what_cannot_be_is_given_the_reason(keeper):
    keeper.post(INDEXES, CREDITS)

    assert problem(keeper.post(INDEXES, {**CREDITS, "type": "text"})) == (
        409,
        "app_metadata.credits is indexed as number. Drop that index first.",
        "conflict",
    )
    status, message, code = problem(keeper.post(INDEXES, {"key": "credits"}))
    assert (status, code) == (400, "operation_not_supported")
    assert message.startswith("Name a metadata key, such as")
    for body in ({}, {"key": 1}, {**CREDITS, "type": "date"}, {**CREDITS, "more": 1}):
        assert problem(keeper.post(INDEXES, body))[0] == 400
    assert problem(keeper.delete(f"{INDEXES}/idx_0000000000000000"))[0] == 404


def test_without_a_right_to_the_documents_one_says_as_what_and_reads_of_none(api, index_key, jane):
    client = api("update:metadata_keys")

    status, message, _ = problem(client.post(INDEXES, {"key": "app_metadata.plan"}))
    assert (status, message) == (
        400,
        "Choose number or text: you may not see the values of app_metadata.plan.",
    )
    assert client.post(INDEXES, CREDITS).status_code == 201
    assert client.get(INDEXES).json() == []
