"""The APIs that tokens are made for."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.api.answers import problem, shown
from tests.conftest import again
from users.conf import conf
from users.models import ClientGrant, ConfigurationChange, Permission, ResourceServer, Role, UserPermission
from users.models.resource_server import MFA_IDENTIFIER
from users.tokens.scopes import MACHINE_SCOPES

SERVERS = "/api/v2/resource-servers"
SONGS = "https://songs.example/"
ABSENT = (404, "The resource server does not exist", "inexistent_resource_server")


@pytest.fixture
def songs(shop):
    body = {
        "identifier": SONGS,
        "name": "Songs",
        "scopes": [{"value": "read:songs", "description": "Hear"}, {"value": "write:songs"}],
    }
    return shown(shop.post(SERVERS, body))


def test_a_new_one_has_the_defaults(songs):
    assert len(songs.pop("id")) == 24
    assert songs == {
        "name": "Songs",
        "identifier": SONGS,
        "is_system": False,
        "scopes": [{"value": "read:songs", "description": "Hear"}, {"value": "write:songs"}],
        "token_lifetime": 86400,
        "enforce_policies": False,
        "token_dialect": "access_token",
        "signing_alg": "RS256",
        "allow_offline_access": False,
        "skip_consent_for_verifiable_first_party_clients": True,
    }


def test_it_is_read_by_its_id_and_by_its_identifier(shop, songs):
    for name in (songs["id"], quote(SONGS, safe="")):
        assert shown(shop.get(f"{SERVERS}/{name}")) == songs


def test_a_patch_sets_what_it_names(shop, songs):
    changes = {"token_lifetime": 60, "enforce_policies": True, "token_dialect": "access_token_authz"}

    assert shown(shop.patch(f"{SERVERS}/{songs['id']}", changes)) == songs | changes


@pytest.mark.parametrize("taken", [SONGS, "ours"])
def test_an_identifier_is_taken_once(shop, songs, taken):
    identifier = conf.management_audience if taken == "ours" else taken

    assert problem(shop.post(SERVERS, {"identifier": identifier})) == (
        409,
        "A resource server with the same identifier already exists",
        "conflict",
    )


def test_the_identifier_cannot_be_changed(shop, songs):
    response = shop.patch(f"{SERVERS}/{songs['id']}", {"identifier": "https://other.example/"})

    assert problem(response)[0::2] == (400, "invalid_body")


@pytest.mark.parametrize("changes", [{"signing_alg": "HS256"}, {"scopes": [{"value": "a b"}]}, {}])
def test_what_cannot_be_is_refused(shop, songs, changes):
    assert problem(shop.patch(f"{SERVERS}/{songs['id']}", changes))[0::2] == (400, "invalid_body")


@pytest.fixture
def ours(shop, db):
    """Our own Management API."""
    return shown(shop.get(f"{SERVERS}?identifiers={quote(conf.management_audience)}"))[0]


def test_our_own_api_is_shown_with_its_scopes_and_cannot_be_deleted(shop, ours):
    assert ours["is_system"]
    assert {scope["value"] for scope in ours["scopes"]} == set(MACHINE_SCOPES)
    assert problem(shop.delete(f"{SERVERS}/{ours['id']}"))[0::2] == (400, "operation_not_supported")


@pytest.mark.parametrize(
    "changes", [{"allow_offline_access": True}, {"token_lifetime": 600, "allow_offline_access": True}]
)
def test_of_our_own_api_refresh_and_lifetime_can_be_changed(shop, ours, changes):
    changes = {**changes, "name": ours["name"]}
    path = quote(conf.management_audience, safe="")

    assert shown(shop.patch(f"{SERVERS}/{path}", changes)) == ours | changes

    assert ConfigurationChange.objects.get(object_id=ours["id"]).action == "updated"


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": [{"value": "read:everything"}]},
        {"name": "Mine"},
        {"enforce_policies": True},
        {"token_dialect": "access_token_authz"},
    ],
)
def test_of_our_own_api_nothing_else_can_be_changed(shop, ours, changes):
    status, message, code = problem(shop.patch(f"{SERVERS}/{ours['id']}", {"token_lifetime": 5, **changes}))

    assert (status, code) == (400, "operation_not_supported")
    assert message.endswith("cannot be changed. Only token_lifetime and allow_offline_access can be changed.")
    assert shown(shop.get(f"{SERVERS}/{ours['id']}")) == ours


def test_of_the_mfa_api_nothing_can_be_changed(shop, db):
    mfa = ResourceServer.objects.get(identifier=MFA_IDENTIFIER)

    answer = shop.patch(f"{SERVERS}/{mfa.resource_server_id}", {"allow_offline_access": True})

    assert problem(answer)[0::2] == (400, "operation_not_supported")
    assert not again(mfa).allow_offline_access


def test_the_scope_is_needed_to_change_our_own_api(api, ours):
    answer = api("read:resource_servers", "update:clients").patch(
        f"{SERVERS}/{ours['id']}", {"allow_offline_access": True}
    )

    assert answer.status_code == 403
    assert not ResourceServer.objects.management().allow_offline_access


def test_a_scope_that_is_no_more_is_taken_from_all_who_hold_it(shop, songs, jane, make_client):
    server = ResourceServer.objects.get(identifier=SONGS)
    role = Role.objects.create(name="Singer", name_folded="singer")
    for name in ("read:songs", "write:songs"):
        Permission.objects.create(role=role, resource_server=server, name=name)
        UserPermission.objects.create(user=jane, resource_server=server, name=name)
    ClientGrant.objects.create(
        client=make_client(), resource_server=server, scope=["read:songs", "write:songs"]
    )

    shop.patch(f"{SERVERS}/{songs['id']}", {"scopes": [{"value": "read:songs"}]})

    assert [p.name for p in Permission.objects.all()] == ["read:songs"]
    assert [p.name for p in UserPermission.objects.all()] == ["read:songs"]
    assert server.grants.get().scope == ["read:songs"]
    line = jane.changes.first()
    assert (line.what, line.keys) == ("permissions", {"write:songs": {"before": [SONGS]}})
    assert line.face == "api"


def test_removing_takes_what_people_held_which_stands_in_their_record(shop, songs, jane, stranger):
    server = ResourceServer.objects.get(identifier=SONGS)
    for name in ("read:songs", "write:songs"):
        UserPermission.objects.create(user=jane, resource_server=server, name=name)

    shop.delete(f"{SERVERS}/{songs['id']}")

    gone = [line.keys for line in jane.changes.filter(what="permissions")]
    assert gone == [{"write:songs": {"before": [SONGS]}}, {"read:songs": {"before": [SONGS]}}]
    assert not stranger.changes.filter(what="permissions").exists()


def test_removing_is_answered_the_same_whether_there_was_one_or_not(shop, songs):
    address = f"{SERVERS}/{songs['id']}"

    assert [shop.delete(address).status_code for _ in range(2)] == [204, 204]
    assert problem(shop.get(address)) == ABSENT
    assert problem(shop.patch(address, {"name": "x"})) == ABSENT


def test_the_list_comes_in_pages(shop, songs):
    page = shown(shop.get(f"{SERVERS}?include_totals=true&per_page=1&page=1"))

    assert page == {"resource_servers": [songs], "start": 1, "limit": 1, "total": 2}


@pytest.mark.parametrize(
    ("identifier", "name"),
    [("https://a.example/<b>", "https://a.example/b"), ("<>", "API"), ("x" * 300, "x" * 200)],
)
def test_without_a_name_it_is_called_by_what_of_its_identifier_may_be_a_name(shop, identifier, name):
    made = shown(shop.post("/api/v2/resource-servers", {"identifier": identifier}))

    assert (made["identifier"], made["name"]) == (identifier, name)
