"""`createclient`: scopes judged, the secret shown once and stored hashed."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from users.models import Client

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    out = io.StringIO()
    call_command("createclient", *arguments, stdout=out)
    return out.getvalue()


def test_a_client_with_its_grant():
    shown = json.loads(create("Shop", "--scope", "read:users update:users", "--json"))

    client = Client.objects.get()
    assert (client.name, client.client_id) == ("Shop", shown["client_id"])
    assert client.grants.get().scope == ["read:users", "update:users"]
    assert client.grant_types == ["client_credentials"]
    assert (shown["scope"], shown["audience"]) == ("read:users update:users", "http://127.0.0.1:8000/api/v2/")


def test_the_secret_is_long_and_stored_hashed():
    secret = json.loads(create("Shop", "--scope", "read:users", "--json"))["client_secret"]

    client = Client.objects.get()
    assert len(secret) == 64
    assert client.has_secret(secret)
    assert secret not in str(vars(client))


def test_in_words_it_shows_id_and_secret():
    out = create("Shop", "--scope", "read:users", "--grant", "client_credentials")

    client = Client.objects.get()
    assert client.client_id in out
    assert any(client.has_secret(word) for word in out.split())
    assert "not shown again" in out


def test_the_token_endpoint_takes_it(browser):
    shown = json.loads(create("Shop", "--scope", "read:users", "--json"))

    answer = browser().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            **{name: shown[name] for name in ("client_id", "client_secret", "audience")},
        },
    )

    assert answer.status_code == 200, answer.content
    assert answer.json()["scope"] == "read:users"


def test_a_scope_given_twice_is_kept_once():
    create("Shop", "--scope", "read:users read:users,update:users")

    assert Client.objects.get().grants.get().scope == ["read:users", "update:users"]


def test_passwords_are_for_those_it_names_and_no_others():
    create("Shop", "--scope", "read:users")
    create("App", "--grant", "password", "--grant", "password-realm")

    shop, app = Client.objects.get(name="Shop"), Client.objects.get(name="App")
    assert shop.grant_types == ["client_credentials"]
    assert app.grant_types == ["password", "http://auth0.com/oauth/grant-type/password-realm"]
    assert not app.grants.exists()


def test_a_public_client_has_no_secret():
    page = ("--public", "--grant", "password-realm", "--origin", "https://shop.example.com/")

    shown = json.loads(create("Page", *page, "--origin", "http://localhost:3000", "--json"))

    client = Client.objects.get()
    assert "client_secret" not in shown
    assert (client.is_public, client.secret_hash) == (True, "")
    assert client.allowed_origins == ["https://shop.example.com", "http://localhost:3000"]
    assert "client_secret" not in create("Page", *page)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("Shop", "--scope", "read:users fly:users"), "fly:users is not a scope"),
        (("Shop", "--scope", "update:current_user_metadata"), "a machine client never holds it"),
        (("Shop", "--scope", " "), "at least one scope"),
        ((" ", "--scope", "read:users"), "1 to 200 characters"),
        (("x" * 201, "--scope", "read:users"), "1 to 200 characters"),
        (("Shop", "--scope", "read:users", "--grant", "implicit"), "invalid choice"),
        (("Shop", "--scope", "read:users", "--grant", "password"), "requires --grant client_credentials"),
        (("Shop", "--scope", "read:users", "--public"), "has no secret for client_credentials"),
        (("Shop",), "--scope"),
        (("Shop", "--grant", "password", "--origin", "shop.example.com"), "is not an origin"),
        (("Shop", "--grant", "password", "--origin", "https://shop.example.com/page"), "is not an origin"),
        (("Shop", "--grant", "password", "--origin", "*"), "is not an origin"),
    ],
)
def test_refused(arguments, reason):
    with pytest.raises(CommandError, match=reason):
        create(*arguments)

    assert not Client.objects.exists()
