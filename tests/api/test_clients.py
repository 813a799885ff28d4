"""Applications, as whoever sets the product up by its API meets them."""

from __future__ import annotations

import json

import pytest

from tests.api.answers import invalid_body, problem, shown
from users.models import Client

CLIENTS = "/api/v2/clients"
ABSENT = (404, "The client does not exist", "inexistent_client")


@pytest.fixture
def till(shop):
    """A client just made, as it was answered."""
    return shown(shop.post(CLIENTS, {"name": "Till"}))


def token(browser, client, **given):
    body = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "audience": "http://127.0.0.1:8000/api/v2/",
    }
    return browser().post("/oauth/token", json.dumps(body | given), content_type="application/json")


def test_a_new_client_is_a_machine_and_its_secret_is_shown_once(shop, till):
    assert len(till["client_secret"]) == 64
    assert till["app_type"] == "non_interactive"
    assert till["grant_types"] == ["client_credentials"]
    assert till["token_endpoint_auth_method"] == "client_secret_post"
    assert till["jwt_configuration"] == {"alg": "RS256", "lifetime_in_seconds": 36000}

    again = shown(shop.get(f"{CLIENTS}/{till['client_id']}"))

    assert again == {name: value for name, value in till.items() if name != "client_secret"}
    assert till["client_secret"] not in str(Client.objects.values().get(client_id=till["client_id"]))


@pytest.mark.parametrize("app_type", ["spa", "native"])
def test_a_client_that_can_keep_no_secret_gets_none(shop, app_type):
    made = shown(shop.post(CLIENTS, {"name": "Page", "app_type": app_type}))

    assert "client_secret" not in made
    assert made["token_endpoint_auth_method"] == "none"
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    assert problem(shop.post(f"{CLIENTS}/{made['client_id']}/rotate-secret", {}))[0::2] == (
        400,
        "operation_not_supported",
    )


def test_without_a_grant_it_gets_no_token(browser, till, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"

    response = token(browser, till)

    assert response.status_code == 403
    assert "You need to create a client grant" in response.json()["error_description"]


def test_a_patch_sets_what_it_names(shop, till):
    address = f"{CLIENTS}/{till['client_id']}"
    changes = {
        "description": "At the door",
        "web_origins": ["https://till.example"],
        "client_metadata": {"floor": "1"},
        "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 60},
    }

    answer = shown(shop.patch(address, changes))

    expected = {name: value for name, value in till.items() if name != "client_secret"} | changes
    assert answer == expected == shown(shop.get(address))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "'Missing required property: name'."),
        ({"name": ""}, "'String is too short (0 chars), minimum 1' on property name (Display name)."),
        ({"name": "x", "wish": 1}, "'Additional properties not allowed: wish'."),
        (
            {"name": "x", "grant_types": ["magic"]},
            "'No enum match for: magic' on property grant_types[0] (Grants that it may use). Allowed:"
            ' "client_credentials", "password", "http://auth0.com/oauth/grant-type/password-realm",'
            ' "authorization_code", "implicit", "refresh_token",'
            ' "http://auth0.com/oauth/grant-type/mfa-otp",'
            ' "http://auth0.com/oauth/grant-type/mfa-recovery-code".',
        ),
        (
            {"name": "x", "web_origins": ["https://a.example/path"]},
            "'String does not match pattern ^https?://[^/?#\\s]+$: https://a.example/path'"
            " on property web_origins[0] (Origins that may make cross-origin requests).",
        ),
        (
            {"name": "x", "client_metadata": {"a": 1}},
            "'Expected type string but found type integer' on property client_metadata.a"
            " (Notes of yours, ten strings at most).",
        ),
    ],
)
def test_what_is_wrong_is_named(shop, db, body, rule):
    assert problem(shop.post(CLIENTS, body)) == invalid_body(rule)


def test_a_name_of_only_spaces_is_refused(shop, db):
    status, message, _ = problem(shop.post(CLIENTS, {"name": " \u00a0"}))

    assert status == 400
    assert "on property name" in message


def test_how_its_refresh_tokens_live_is_shown_in_full(shop, till):
    assert till["refresh_token"] == {
        "rotation_type": "non-rotating",
        "expiration_type": "non-expiring",
        "leeway": 0,
        "token_lifetime": 2_592_000,
        "infinite_token_lifetime": True,
        "idle_token_lifetime": 1_296_000,
        "infinite_idle_token_lifetime": True,
    }
    path = f"{CLIENTS}/{till['client_id']}"
    rotating = {"rotation_type": "rotating", "expiration_type": "expiring", "leeway": 5}

    changed = shown(shop.patch(path, {"refresh_token": rotating}))["refresh_token"]

    assert rotating.items() <= changed.items()
    assert changed["infinite_token_lifetime"] is changed["infinite_idle_token_lifetime"] is False
    assert shown(shop.patch(path, {"refresh_token": None}))["refresh_token"] == till["refresh_token"]


@pytest.mark.parametrize("field", ["callbacks", "allowed_logout_urls"])
@pytest.mark.parametrize("url", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,hi"])
def test_a_script_is_no_url_to_redirect_to(shop, till, field, url):
    status, message, _ = problem(shop.patch(f"{CLIENTS}/{till['client_id']}", {field: [url]}))

    assert (status, field in message) == (400, True)


@pytest.mark.parametrize("field", ["callbacks", "allowed_logout_urls"])
def test_a_native_application_has_urls_of_its_own_scheme(shop, till, field):
    path, urls = f"{CLIENTS}/{till['client_id']}", ["com.example.shop://desk/ios/callback", "shop:/done"]

    assert shown(shop.patch(path, {field: urls}))[field] == urls
    for url in ("shop", "1shop:/done", "shop:", "shop:/a b", "shop:/\n", ":/done", "https:///done"):
        status, message, _ = problem(shop.patch(path, {field: [url]}))
        assert (status, "format redirect-uri" in message) == (400, True), url


def test_one_of_others_gets_no_password(shop, till):
    path = f"{CLIENTS}/{till['client_id']}"
    shop.patch(path, {"grant_types": ["password"]})

    status, message, _ = problem(shop.patch(path, {"is_first_party": False}))

    assert status == 400
    assert "authorization_code, refresh_token, client_credentials; not password" in message
    changed = shown(shop.patch(path, {"is_first_party": False, "grant_types": ["authorization_code"]}))
    assert changed["is_first_party"] is False
    names = [client["name"] for client in shown(shop.get(f"{CLIENTS}?is_first_party=false"))]
    assert names == [changed["name"]]


def test_its_branding_is_closed(shop, till):
    path = f"{CLIENTS}/{till['client_id']}"
    branding = {"accent_color": "#0f7f76", "terms_url": "https://shop.example.com/terms"}

    assert shown(shop.patch(path, {"branding": branding}))["branding"] == branding
    for wrong in ({"accent_color": "teal"}, {"terms_url": "javascript:alert(1)"}, {"css": "x"}):
        assert problem(shop.patch(path, {"branding": wrong}))[0] == 400


def test_a_new_secret_ends_the_old_one(shop, browser, till, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"

    fresh = shown(shop.post(f"{CLIENTS}/{till['client_id']}/rotate-secret", ""))

    assert token(browser, till).json()["error_description"] == "Unauthorized"
    assert "client grant" in token(browser, fresh).json()["error_description"]


def test_removing_is_answered_the_same_whether_there_was_one_or_not(shop, till):
    address = f"{CLIENTS}/{till['client_id']}"

    assert [shop.delete(address).status_code for _ in range(2)] == [204, 204]
    assert problem(shop.get(address)) == ABSENT
    assert problem(shop.patch(address, {"name": "x"})) == ABSENT
    assert problem(shop.post(f"{address}/rotate-secret", "")) == ABSENT


def test_a_removed_client_calls_nothing_more(api, shop):
    other = api("read:clients")
    client_id = Client.objects.latest("pk").client_id
    assert other.get(CLIENTS).status_code == 200

    shop.delete(f"{CLIENTS}/{client_id}")

    assert problem(other.get(CLIENTS)) == (401, "Invalid token", None)


def test_the_list_comes_in_pages_and_by_kind(shop, till):
    shop.post(CLIENTS, {"name": "Page", "app_type": "spa"})

    page = shown(shop.get(f"{CLIENTS}?include_totals=true&per_page=2&page=1&fields=name"))
    assert page == {"clients": [{"name": "Page"}], "start": 2, "limit": 2, "total": 3}
    assert [c["name"] for c in shown(shop.get(f"{CLIENTS}?app_type=spa,native"))] == ["Page"]
    assert shown(shop.get(f"{CLIENTS}?is_global=true")) == []
    first = shown(shop.get(f"{CLIENTS}?take=2"))
    rest = shown(shop.get(f"{CLIENTS}?take=2&from={first['next']}"))
    assert [c["name"] for c in (*first["clients"], *rest["clients"])] == ["Shop", "Till", "Page"]
    assert "next" not in rest
    assert not any("client_secret" in c for c in shown(shop.get(CLIENTS)))


TAKEOVERS = {
    "its secret": lambda low, address: low.post(f"{address}/rotate-secret", ""),
    "how it proves itself": lambda low, address: low.patch(address, {"token_endpoint_auth_method": "none"}),
    "whose it is": lambda low, address: low.patch(address, {"is_first_party": False}),
    "its grants": lambda low, address: low.patch(address, {"grant_types": ["password"]}),
    "its origins": lambda low, address: low.patch(address, {"web_origins": ["https://evil.example"]}),
}


@pytest.mark.parametrize("take", TAKEOVERS)
def test_nobody_takes_over_a_client_that_holds_more(api, make_client, take):
    low = api("update:clients", "update:client_keys")
    high = make_client("update:users")
    before = Client.objects.values().get(pk=high.pk)

    response = TAKEOVERS[take](low, f"{CLIENTS}/{high.client_id}")

    assert problem(response)[0::2] == (403, "insufficient_scope")
    assert Client.objects.values().get(pk=high.pk) == before
