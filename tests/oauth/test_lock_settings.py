"""The scripts from which Lock learns what its form has."""

from __future__ import annotations

import json

import pytest
from django.test import Client as Browser

from tests.oauth.answers import REALM
from users.models import Client, Connection


@pytest.fixture(autouse=True)
def _own_address(_address):
    pass


def settings_of(response, function):
    text = response.content.decode()
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert text.startswith(f"{function}(")
    assert text.endswith(");\n")
    return json.loads(text[len(function) + 1 : -3])


def test_a_client_has_the_connections_that_are_enabled_for_it(spa):
    options = {
        "passwordPolicy": "good",
        "password_complexity_options": {"min_length": 9},
        "disable_signup": True,
        "requires_username": True,
        "validation": {"username": {"min": 3, "max": 20}},
    }
    partners = Connection.objects.create(name="partners", display_name="Our partners", options=options)
    Connection.objects.create(name="elsewhere")
    partners.clients.add(spa)

    response = Browser().get(f"/client/{spa.client_id}.js?t1700000000")

    settings = settings_of(response, "Auth0.setClient")
    assert settings["id"] == spa.client_id
    assert "subscription" not in settings  # or Lock would show a badge
    (strategy,) = settings["strategies"]
    assert strategy["name"] == "auth0"
    by_name = {one["name"]: one for one in strategy["connections"]}
    assert by_name.keys() == {REALM, "partners"}
    assert by_name["partners"] == {
        "name": "partners",
        "display_name": "Our partners",
        "passwordPolicy": "good",
        "password_complexity_options": {"min_length": 9},
        "showSignup": False,
        "showForgot": True,
        "requires_username": True,
        "validation": {"username": {"min": 3, "max": 20}},
    }
    assert by_name[REALM]["showSignup"] is True
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_link_to_reset_passwords_is_offered_where_mail_is_sent(spa, settings):
    settings.IS_EMAIL_CONFIGURED = False

    found = settings_of(Browser().get(f"/client/{spa.client_id}.js"), "Auth0.setClient")

    assert found["strategies"][0]["connections"][0]["showForgot"] is False


@pytest.mark.parametrize("name", ["unknown", "a%00b", "%3Cscript%3E", "x" * 500, "../x"])
def test_an_unknown_client_is_not_found(db, name):
    response = Browser().get(f"/client/{name}.js")

    assert response.status_code == 404
    assert "<script>" not in response.content.decode()


def test_a_revoked_client_is_not_found(spa):
    Client.objects.filter(pk=spa.pk).update(is_revoked=True)

    assert Browser().get(f"/client/{spa.client_id}.js").status_code == 404


def test_text_ends_no_script_and_the_query_is_ignored(spa):
    evil = Connection.objects.create(name="evil", display_name="</script><script>alert(1)//\u2028&")
    evil.clients.add(spa)

    text = Browser().get(f"/client/{spa.client_id}.js?</script>&callback=alert").content.decode()

    assert not set("<>&\u2028") & set(text)
    assert "callback" not in text
    assert "\\u003c/script" in text


def test_a_tenant_has_the_connections_that_clients_use(spa):
    Connection.objects.create(name="unused")

    found = settings_of(Browser().get("/info-v1.js"), "Auth0.setTenant")

    (database,) = found["connections"]["database"]
    assert database["name"] == REALM
    assert database["strategy"] == "auth0"
    assert database["allowSignup"] is True
    assert database["requiresUsername"] is False
