"""Secrets never get into the history of configuration."""

from __future__ import annotations

import pytest

from users.log.masking import NEW_SECRET, SECRET, mask_secrets


@pytest.mark.parametrize(
    "name",
    [
        *("secret", "client_secret", "clientSecret", "twilio_token", "privateKey", "private_key", "api_key"),
        *("apiKey", "password", "smtp_password", "secret_hash", "old_secret_encrypted", "bindCredentials"),
    ],
)
def test_a_field_whose_name_says_so_is_masked_at_any_depth(name):
    _, after = mask_secrets(None, {"options": {"list": [{name: "t0ken"}]}})

    assert after == {"options": {"list": [{name: SECRET}]}}


@pytest.mark.parametrize(
    "fields",
    [
        {"passwordPolicy": "good"},
        {"token_lifetime": 60},
        {"token_endpoint_auth_method": "none"},
        {"password": {"enabled": True, "api_behavior": "required"}},
        {"customScripts": {"change_password": "function changePassword() {}"}},
        {"client_secret": ""},
        {"callbacks": ["https://shop.example.com/callback"]},
    ],
)
def test_settings_about_secrets_are_not(fields):
    assert mask_secrets(fields, None) == (fields, None)


def test_configuration_of_scripts_keeps_its_names_alone():
    fields = {"configuration": {"API_URL": "https://crm.example"}, "secrets": [{"name": "KEY", "value": "x"}]}

    _, after = mask_secrets(None, fields)

    assert after == {"configuration": {"API_URL": SECRET}, "secrets": [{"name": "KEY", "value": SECRET}]}


def test_that_a_secret_changed_shows():
    before, after = {"secret": "a", "name": "x", "token": "t"}, {"secret": "b", "name": "y", "token": "t"}

    assert mask_secrets(before, after) == (
        {"secret": SECRET, "name": "x", "token": SECRET},
        {"secret": NEW_SECRET, "name": "y", "token": SECRET},
    )


def test_a_url_that_is_called_keeps_its_host_alone():
    before, after = mask_secrets(
        {"url": "https://hooks.example/T0KEN?k=1"}, {"url": "https://hooks.example/N"}
    )

    assert before == {"url": f"https://hooks.example/{SECRET}"}
    assert after == {"url": f"https://hooks.example/{NEW_SECRET}"}


def test_a_password_in_a_url_is_masked():
    _, after = mask_secrets(None, {"logo_uri": "https://me:t0ken@cdn.example/logo.png"})

    assert after == {"logo_uri": f"https://{SECRET}@cdn.example/logo.png"}
