"""Bodies as forms, which Auth0 takes beside JSON."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.api.answers import CONNECTION, USERS, at, problem, shown

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def send(shop):
    def call(method, path, **fields):
        header = f"Bearer {shop.token}"
        return shop.browser.generic(
            method, path, urlencode(fields), content_type=FORM, HTTP_AUTHORIZATION=header
        )

    return call


def test_a_value_becomes_what_the_field_is(send, connection):
    user = shown(
        send(
            "POST",
            USERS,
            connection=CONNECTION,
            email="new@example.com",
            email_verified="true",
            name="42",
            app_metadata='{"tier": 2}',
        )
    )

    assert user["email_verified"] is True
    assert user["name"] == "42"
    assert user["app_metadata"] == {"tier": 2}


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"blocked": "yes"}, "'Expected type boolean but found type string' on property blocked"),
        ({"user_metadata": "[]"}, "'Expected type object but found type array' on property user_metadata"),
        ({"wishes": "1"}, "'Additional properties not allowed: wishes"),
    ],
)
def test_what_is_wrong_is_named_as_in_json(send, jane, fields, rule):
    status, text, code = problem(send("PATCH", at(jane), **fields))

    assert (status, code) == (400, "invalid_body")
    assert text.startswith(f"Payload validation error: {rule}")


def test_a_document_that_is_no_json_is_refused(send, jane):
    assert problem(send("PATCH", at(jane), user_metadata="{"))[0::2] == (400, "invalid_body")
