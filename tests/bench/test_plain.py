"""The plain views do what the API does; else comparing them would say nothing."""

from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from users.models import Change, User

VOLATILE = {"id", "user_id", "email", "email_folded", "password", "created_at", "updated_at"}
NEW = {
    "connection": "Username-Password-Authentication",
    "name": "Zoë New",
    "given_name": "Zoë",
    "family_name": "New",
    "nickname": "zoe",
    "user_metadata": {"hobby": "chess"},
    "app_metadata": {"plan": "free"},
}
PATCH = {"user_metadata": {"hobby": "chess", "theme": "dark"}}


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = "tests.bench.urls"


@pytest.fixture
def call(api):
    """The answer of the API (`/api/v2/...`) or of a plain view (`/plain/...`)."""
    shop = api()

    def answer(method: str, path: str, body: dict | None = None):
        response = shop.call(method, path, body)
        assert response.status_code in (200, 201), response.content
        return json.loads(response.content)

    return answer


def kept(user_id: str) -> dict:
    """What the database holds of the account and its changes, but for what is never the same."""
    columns = User.objects.filter(user_id=user_id).values().get()
    changes = Change.objects.filter(subject=user_id).order_by("id")
    # Without the name that tells the two apart.
    columns["words"] = sorted(set(columns["words"].split()) - {"ann", "bea"})
    return {name: value for name, value in columns.items() if name not in VOLATILE} | {
        "changes": [(change.what, change.keys | {"email": None}, change.names) for change in changes]
    }


@pytest.mark.parametrize("path", ["/users/{user_id}", "/users-by-email?email={email}", "/users?page=0"])
def test_both_read_alike(call, jane, stranger, path):
    path = path.format(user_id=jane.user_id, email=jane.email)

    assert call("GET", f"/plain{path}") == call("GET", f"/api/v2{path}")


def test_both_patch_alike(call, make_user):
    ann, bea = (make_user(name, name="Twin", user_metadata={"hobby": "surfing"}) for name in ("ann", "bea"))

    call("PATCH", f"/api/v2/users/{ann.user_id}", PATCH)
    answered = call("PATCH", f"/plain/users/{bea.user_id}", PATCH)

    assert kept(bea.user_id) == kept(ann.user_id)
    assert answered == call("GET", f"/api/v2/users/{bea.user_id}")


def test_both_create_alike(call, db):
    ann = call("POST", "/api/v2/users", {**NEW, "email": "ann@example.com"})
    bea = call("POST", "/plain/users", {**NEW, "email": "bea@example.com"})

    assert kept(bea["user_id"]) == kept(ann["user_id"])
    assert bea == call("GET", f"/api/v2/users/{bea['user_id']}")


@pytest.mark.parametrize("prefix", ["/api/v2", "/plain"])
def test_only_the_record_tells_the_unrecorded_patch_apart(call, make_user, prefix):
    ann, bea = (make_user(name, name="Twin") for name in ("ann", "bea"))

    with CaptureQueriesContext(database) as queries:
        call("PATCH", f"{prefix}/unrecorded/users/{bea.user_id}", PATCH)
    call("PATCH", f"{prefix}/users/{ann.user_id}", PATCH)

    assert Change.objects.filter(subject=ann.user_id, what="user_metadata").count() == 1

    assert User.objects.get(pk=bea.pk).user_metadata == User.objects.get(pk=ann.pk).user_metadata
    assert not any("users_change" in query["sql"] for query in queries)
