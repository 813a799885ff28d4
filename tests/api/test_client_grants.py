"""What clients may ask of APIs."""

from __future__ import annotations

import pytest

from tests.api.answers import invalid_body, problem, shown
from users.conf import conf
from users.models import ClientGrant, ResourceServer

GRANTS = "/api/v2/client-grants"
SONGS = "https://songs.example/"
ABSENT = (404, "The client grant does not exist", "inexistent_client_grant")


@pytest.fixture
def songs(db):
    return ResourceServer.objects.create(
        name="Songs", identifier=SONGS, scopes=[{"value": "read:songs"}, {"value": "write:songs"}]
    )


@pytest.fixture
def till(make_client):
    client = make_client(name="Till")
    client.grants.all().delete()
    return client


@pytest.fixture
def grant(shop, till, songs):
    body = {"client_id": till.client_id, "audience": SONGS, "scope": ["read:songs"]}
    return shown(shop.post(GRANTS, body))


def test_a_grant_names_client_api_and_scopes(shop, till, grant):
    assert grant.pop("id").startswith("cgr_")
    assert grant == {"client_id": till.client_id, "audience": SONGS, "scope": ["read:songs"]}


def test_a_patch_puts_other_scopes_in_place(shop, grant):
    address = f"{GRANTS}/{grant['id']}"

    answer = shown(shop.patch(address, {"scope": ["write:songs"]}))

    assert answer == grant | {"scope": ["write:songs"]} == shown(shop.get(address))


def test_there_is_one_for_each_client_and_api(shop, till, grant):
    body = {"client_id": till.client_id, "audience": SONGS, "scope": []}

    assert problem(shop.post(GRANTS, body)) == (
        409,
        "The client has a grant for this audience; change that one.",
        "conflict",
    )


def test_only_scopes_that_the_api_has_are_granted(shop, till, songs, grant):
    rule = f"'sell:songs is no scope of {SONGS}' on property scope."

    assert problem(shop.patch(f"{GRANTS}/{grant['id']}", {"scope": ["sell:songs"]})) == invalid_body(rule)
    assert shown(shop.get(f"{GRANTS}/{grant['id']}")) == grant


def test_a_scope_of_people_is_granted_to_no_machine(shop, till):
    body = {
        "client_id": till.client_id,
        "audience": conf.management_audience,
        "scope": ["read:current_user"],
    }

    assert problem(shop.post(GRANTS, body))[0::2] == (400, "invalid_body")
    assert not till.grants.exists()


def test_nobody_grants_what_they_do_not_hold(api, till):
    low = api("create:client_grants", "update:client_grants", "read:users")
    body = {"client_id": till.client_id, "audience": conf.management_audience, "scope": ["update:users"]}

    assert problem(low.post(GRANTS, body)) == (
        403,
        "You may not grant scopes that your token does not hold: update:users",
        "insufficient_scope",
    )
    made = shown(low.post(GRANTS, body | {"scope": ["read:users"]}))
    response = low.patch(f"{GRANTS}/{made['id']}", {"scope": ["read:users", "delete:users"]})
    assert problem(response)[0::2] == (403, "insufficient_scope")
    assert till.grants.get().scope == ["read:users"]


def test_a_client_cannot_widen_its_own_grant(api):
    low = api("update:client_grants")
    own = ClientGrant.objects.latest("pk")

    response = low.patch(f"{GRANTS}/{own.grant_id}", {"scope": ["update:client_grants", "delete:users"]})

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"client_id": "nobody"}, (404, "The client does not exist", "inexistent_client")),
        (
            {"audience": "https://nowhere.example/"},
            (404, "Resource server not found: https://nowhere.example/", "inexistent_resource_server"),
        ),
    ],
)
def test_an_unknown_client_or_api_is_named(shop, till, songs, changed, expected):
    body = {"client_id": till.client_id, "audience": SONGS, "scope": []}

    assert problem(shop.post(GRANTS, body | changed)) == expected


def test_removing_is_answered_the_same_whether_there_was_one_or_not(shop, grant):
    address = f"{GRANTS}/{grant['id']}"

    assert [shop.delete(address).status_code for _ in range(2)] == [204, 204]
    assert problem(shop.get(address)) == ABSENT
    assert problem(shop.patch(address, {"scope": []})) == ABSENT


def test_an_id_of_another_form_is_refused(shop, db):
    status, text, code = problem(shop.get(f"{GRANTS}/grant"))

    assert (status, code) == (400, "invalid_uri")
    assert text.startswith("Path validation error: 'String does not match pattern")


def test_the_list_is_of_a_client_or_of_an_api(shop, till, grant):
    both = shown(shop.get(f"{GRANTS}?include_totals=true"))
    assert (both["total"], both["limit"], len(both["client_grants"])) == (2, 50, 2)
    assert shown(shop.get(f"{GRANTS}?client_id={till.client_id}")) == [grant]
    assert shown(shop.get(f"{GRANTS}?audience={SONGS}")) == [grant]
    assert shown(shop.get(f"{GRANTS}?audience=https://nowhere.example/")) == []


def test_a_narrowed_grant_narrows_the_tokens_there_are(shop, api, db):
    reader = api("read:users", "read:clients")
    own = ClientGrant.objects.latest("pk")
    assert reader.get("/api/v2/users").status_code == 200

    shop.patch(f"{GRANTS}/{own.grant_id}", {"scope": ["read:clients"]})

    assert problem(reader.get("/api/v2/users"))[0::2] == (403, "insufficient_scope")
    shop.delete(f"{GRANTS}/{own.grant_id}")
    assert problem(reader.get("/api/v2/clients")) == (401, "Invalid token", None)
