"""Ways round a rule, each by several calls that are allowed one by one."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Browser

from tests.api.answers import BLOCKS, USERS, at, shown
from tests.conftest import PASSWORD, Api
from tests.second_factor import enrol
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.create_user import create_user
from users.actions.account.identities import link
from users.conf import conf
from users.models import Client, ClientGrant, Connection, ResourceServer, User
from users.rights.actor import command_actor
from users.rights.errors import Denied
from users.sign_in import lockout
from users.sign_in.account_lookup import find_by_login

SHELL = command_actor("tests")
OWN = "openid read:current_user update:current_user_identities update:current_user_metadata"


@pytest.fixture
def app(db):
    """A page where people sign in."""
    client = Client.objects.create(name="App", token_endpoint_auth_method="none", grant_types=["password"])
    client.connections.set(Connection.objects.all())
    return client


@pytest.fixture
def sign_in(app):
    def post(user, **given):
        body = {
            "grant_type": "password",
            "client_id": app.client_id,
            "username": user.email,
            "password": PASSWORD,
            "audience": conf.management_audience,
            "scope": OWN,
        }
        return Browser().post("/oauth/token", json.dumps(body | given), content_type="application/json")

    return post


def by(answer):
    """Calls with the access token just got."""
    return Api(Browser(), answer.json()["access_token"])


def test_a_decoy_with_a_staff_members_email_clears_no_lockout_of_theirs(api, administrator, elsewhere):
    client = api("create:users", "update:users")
    body = {"connection": "Elsewhere", "email": administrator.email, "password": "Quite-another-1"}
    decoy = shown(client.post(USERS, body))
    for number in range(5):
        lockout.start_attempt([lockout.lockout_key(administrator)], ip=f"203.0.113.{number}")

    assert client.delete(f"{BLOCKS}/{decoy['user_id']}").status_code == 403
    assert lockout.is_locked_out([lockout.lockout_key(administrator)])


def test_an_access_token_for_an_api_named_like_the_client_proves_nothing(sign_in, app, jane, stranger):
    ResourceServer.objects.create(name="Decoy", identifier=app.client_id)
    access = sign_in(jane, audience=app.client_id, scope="").json()["access_token"]

    response = by(sign_in(stranger)).post(f"{at(stranger)}/identities", {"link_with": access})

    assert response.status_code == 400
    assert User.objects.filter(pk=jane.pk).exists()


def test_an_id_token_from_before_a_second_factor_does_not_take_it_away(sign_in, jane, stranger):
    stolen = sign_in(jane).json()["id_token"]
    enrol(jane)

    response = by(sign_in(stranger)).post(f"{at(stranger)}/identities", {"link_with": stolen})

    assert response.status_code == 400
    assert sign_in(jane).status_code == 403


def test_nobody_sheds_what_bars_them_by_linking_and_parting(sign_in, make_user, stranger):
    barred = make_user("barred", password=PASSWORD, app_metadata={"banned": True})
    proof = sign_in(barred).json()["id_token"]
    own = by(sign_in(stranger))

    assert own.post(f"{at(stranger)}/identities", {"link_with": proof}).status_code == 201
    assert own.delete(f"{at(stranger)}/identities/auth0/{barred.bare_id}").status_code == 200

    assert User.objects.get(pk=barred.pk).app_metadata == {"banned": True}


def test_a_client_shuts_no_login_that_leads_to_a_staff_account(api, administrator, elsewhere):
    other = create_user(elsewhere, actor=SHELL, profile={"email": "boss@example.com"}, password=PASSWORD)
    link(administrator, other, actor=SHELL)

    address = f"/api/v2/connections/{elsewhere.connection_id}"

    assert api("update:connections").patch(address, {"is_enabled": False}).status_code == 403


def test_a_client_takes_no_user_name_from_staff_by_the_connections_options(api, connection, user_names):
    connection = Connection.objects.get()
    create_user(connection, actor=SHELL, profile={"username": "boss"}, password=PASSWORD, is_superuser=True)

    api("update:connections").patch(f"/api/v2/connections/{connection.connection_id}", {"options": {}})

    assert find_by_login("boss")


def test_the_tickets_of_a_removed_client_are_void(api, shop, jane):
    client = api("create:user_tickets")
    maker = Client.objects.latest("pk")
    body = {"user_id": jane.user_id, "ttl_sec": 31_536_000}
    ticket = shown(client.post("/api/v2/tickets/password-change", body))["ticket"]
    shop.delete(f"/api/v2/clients/{maker.client_id}")

    secret = ticket.partition("ticket=")[2].removesuffix("#")
    words = {"password1": "the words of a thief", "password2": "the words of a thief"}
    Browser().post("/u/reset-password", {"ticket": secret, **words})

    assert User.objects.get(pk=jane.pk).check_password(PASSWORD)


def test_a_client_whose_grant_was_narrowed_elsewhere_cannot_widen_it_again(api, db):
    client = api("update:client_grants", "read:users")
    own = ClientGrant.objects.latest("pk")
    assert client.get(USERS).status_code == 200  # from now on this worker remembers
    ClientGrant.objects.filter(pk=own.pk).update(scope=["update:client_grants"])

    client.patch(f"/api/v2/client-grants/{own.grant_id}", {"scope": ["update:client_grants", "read:users"]})

    assert ClientGrant.objects.get(pk=own.pk).scope == ["update:client_grants"]


def test_nobody_takes_over_a_client_of_another_api(api, make_client):
    server = ResourceServer.objects.create(
        name="Songs", identifier="https://songs.example/", scopes=[{"value": "read:songs"}]
    )
    other = make_client("read:users", name="Other")
    ClientGrant.objects.create(client=other, resource_server=server, scope=["read:songs"])
    address = f"/api/v2/clients/{other.client_id}/rotate-secret"

    assert api("read:users", "update:client_keys").post(address, "").status_code == 403
    assert (
        api("read:users", "update:client_keys", "create:client_grants").post(address, "").status_code == 200
    )


def test_a_login_laid_before_somebody_becomes_staff_must_go_first(api, jane, stranger):
    body = {"provider": "auth0", "user_id": stranger.bare_id}
    assert api("update:users").post(f"{at(jane)}/identities", body).status_code == 201
    administrators = Group.objects.filter(name="Administrator")

    with pytest.raises(Denied, match="unlink them before"):
        set_staff_groups(User.objects.get(pk=jane.pk), administrators, actor=SHELL)


def test_a_recovery_code_known_before_somebody_becomes_staff_is_void(api, jane):
    shown(api("update:users").post(f"{at(jane)}/recovery-code-regeneration", {}))

    set_staff_groups(jane, Group.objects.filter(name="Administrator"), actor=SHELL)

    assert not jane.authenticator_set.exists()


def test_a_factor_that_the_profile_does_not_show_is_asked_for_all_the_same(sign_in, jane, put):
    enrol(jane)
    put(jane, multifactor=None)

    assert sign_in(jane).status_code == 403
