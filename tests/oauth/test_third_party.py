"""Somebody's own API behind our tokens, judged as that API would: by the published keys and a
library that is not ours."""

from __future__ import annotations

import jwt
import pytest

from tests.oauth.answers import ISSUER, MANAGEMENT, SONGS, refused, token_of
from users.actions.access.client_grants import edit_grant
from users.actions.access.resource_servers import edit_server
from users.models import Client, ClientGrant, Permission, ResourceServer, Role, RoleMember, UserPermission
from users.rights.actor import command_actor

SHELL = command_actor("tests")


@pytest.fixture
def shop(make_client, songs, _address):
    """A machine that may only read songs, and users at our own API."""
    client = make_client("read:users")
    ClientGrant.objects.create(client=client, resource_server=songs, scope=["read:songs"])
    return client


@pytest.fixture
def ask_for_songs(ask):
    def post(**changed):
        return ask(**({"audience": SONGS} | changed))

    return post


@pytest.fixture
def machine(ask_for_songs, shop):
    def post(**changed):
        return ask_for_songs(of=shop, grant_type="client_credentials", **changed)

    return post


def protect(server: ResourceServer, **columns) -> None:
    edit_server(server, {"enforce_policies": True, "names_permissions": True, **columns}, actor=SHELL)


def test_a_machines_token_is_for_that_api_and_within_the_grant(machine, shop, verified):
    body = machine().json()

    claims = verified(body["access_token"], SONGS)
    assert claims.pop("exp") - claims.pop("iat") == 600 == body["expires_in"]
    assert claims == {
        "iss": ISSUER,
        "sub": f"{shop.client_id}@clients",
        "aud": SONGS,
        "azp": shop.client_id,
        "scope": "read:songs",
        "gty": "client-credentials",
    }


def test_what_is_not_granted_is_not_to_be_had(machine):
    assert machine(scope="read:songs write:songs").json()["scope"] == "read:songs"
    assert refused(machine(scope="write:songs"))[:2] == (400, "invalid_scope")


def test_a_token_of_one_api_is_none_of_another(machine, shop, ask, verified, browser):
    of_songs = token_of(machine())
    of_ours = token_of(ask(of=shop, grant_type="client_credentials", audience=MANAGEMENT))

    for token, audience in ((of_songs, MANAGEMENT), (of_ours, SONGS)):
        with pytest.raises(jwt.InvalidAudienceError):
            verified(token, audience)
    answer = browser().get("/api/v2/users", HTTP_AUTHORIZATION=f"Bearer {of_songs}")
    assert answer.status_code == 401


@pytest.mark.parametrize("part", [0, 1, 2])
def test_an_altered_token_is_none(machine, verified, part):
    parts = token_of(machine()).split(".")
    parts[part] = parts[part][:10] + ("A" if parts[part][10] != "A" else "B") + parts[part][11:]

    with pytest.raises((jwt.InvalidTokenError, KeyError)):
        verified(".".join(parts), SONGS)


def test_with_rbac_a_machines_permissions_are_its_scopes(machine, songs, verified):
    protect(songs)

    assert verified(token_of(machine()), SONGS)["permissions"] == ["read:songs"]


def test_a_narrowed_grant_narrows_the_next_token(machine, songs, verified):
    grant = ClientGrant.objects.get(resource_server=songs)
    edit_grant(grant, ["write:songs"], actor=SHELL)
    assert verified(token_of(machine()), SONGS)["scope"] == "write:songs"

    grant.delete()
    assert refused(machine())[:2] == (403, "access_denied")


def test_a_scope_that_the_api_has_no_more_is_in_no_token(machine, songs):
    ResourceServer.objects.filter(pk=songs.pk).update(scopes=[{"value": "write:songs"}])

    assert machine().json()["scope"] == ""


def test_a_revoked_client_gets_no_more(machine):
    Client.objects.update(is_revoked=True)

    assert refused(machine())[0] == 401


# People


def test_a_person_gets_what_they_ask_of_the_apis_scopes(ask_for_songs, jane, songs, verified):
    claims = verified(token_of(ask_for_songs(scope="write:songs fly read:users openid")), SONGS)

    assert (claims["sub"], claims["gty"]) == (jane.user_id, "password")
    assert claims["scope"] == "write:songs openid"
    assert claims["aud"] == [SONGS, f"{ISSUER}userinfo"]
    assert "permissions" not in claims


def test_without_scopes_asked_a_person_gets_all_of_the_api(ask_for_songs, songs):
    assert ask_for_songs().json()["scope"] == "read:songs write:songs"


def test_with_rbac_a_person_gets_what_they_are_permitted(ask_for_songs, jane, songs, verified):
    protect(songs)
    role = Role.objects.create(name="Listener", name_folded="listener")
    Permission.objects.create(role=role, resource_server=songs, name="read:songs")
    RoleMember.objects.create(role=role, user=jane)

    claims = verified(token_of(ask_for_songs(scope="read:songs write:songs")), SONGS)
    assert (claims["scope"], claims["permissions"]) == ("read:songs", ["read:songs"])

    UserPermission.objects.create(user=jane, resource_server=songs, name="write:songs")
    claims = verified(token_of(ask_for_songs(scope="write:songs")), SONGS)
    assert (claims["scope"], claims["permissions"]) == ("write:songs", ["read:songs", "write:songs"])


def test_with_rbac_whoever_is_permitted_nothing_may_still_sign_in(ask_for_songs, songs, verified):
    protect(songs)

    body = ask_for_songs(scope="openid write:songs").json()

    assert verified(body["access_token"], SONGS)["permissions"] == []
    assert body["scope"] == "openid"
    assert "id_token" in body


def test_a_persons_token_for_it_is_none_for_ours(ask_for_songs, songs, jane, browser):
    token = token_of(ask_for_songs(scope="openid"))

    answer = browser().get(f"/api/v2/users/{jane.user_id}", HTTP_AUTHORIZATION=f"Bearer {token}")

    assert answer.status_code == 401


def test_an_api_may_name_its_scopes_as_ours_and_they_open_nothing_here(ask, jane, browser):
    scopes = [{"value": "read:current_user", "description": ""}]
    ResourceServer.objects.create(name="Copy", identifier="https://copy.example.com", scopes=scopes)

    token = token_of(ask(audience="https://copy.example.com", scope="read:current_user"))

    answer = browser().get(f"/api/v2/users/{jane.user_id}", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code == 401
