"""`GET /users-by-email`."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.api.answers import BY_EMAIL, at, invalid_query, problem, shown
from users.actions.account.create_user import create_user
from users.rights.actor import command_actor


@pytest.fixture
def found(shop):
    """The answer to `GET /users-by-email` with these parameters."""

    def ask(**query):
        return shop.get(f"{BY_EMAIL}?{urlencode(query)}")

    return ask


@pytest.mark.parametrize("asked", ["jane.doe@example.com", "Jane.DOE@Example.com"])
def test_an_address_is_found_whatever_its_case(found, shop, jane, stranger, asked):
    assert shown(found(email=asked)) == [shown(shop.get(at(jane)))]


@pytest.mark.parametrize(
    "asked", ["é@example.com", "É@EXAMPLE.COM", "e\u0301@example.com", "E\u0301@example.com"]
)
def test_so_it_is_beyond_ascii(found, make_user, asked):
    make_user("É")

    assert [user["email"] for user in shown(found(email=asked))] == ["é@example.com"]


def test_all_connections_are_searched(found, jane, elsewhere):
    create_user(elsewhere, actor=command_actor("tests"), profile={"email": jane.email})

    connections = [user["identities"][0]["connection"] for user in shown(found(email=jane.email))]
    assert connections == ["Username-Password-Authentication", "Elsewhere"]


@pytest.mark.parametrize(
    "asked", ["nobody@example.com", "jane.doe", "%", "jane.doe@example.co", "\0", "jane_doe@example.com"]
)
def test_nobody_is_an_empty_list(found, jane, asked):
    assert shown(found(email=asked)) == []


def test_a_nul_is_not_passed_over(found, jane):
    assert shown(found(email="jane\0.doe@example.com")) == []


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ({}, "'Missing required property: email'."),
        (
            {"email": ""},
            "'String is too short (0 chars), minimum 1' on property email"
            " (The address; its case does not matter).",
        ),
        (
            {"email": "a@example.com", "include_totals": "true"},
            "'Additional properties not allowed: include_totals'.",
        ),
    ],
    ids=["missing", "empty", "totals"],
)
def test_a_query_that_breaks_a_rule_is_named(found, db, query, rule):
    assert problem(found(**query)) == invalid_query(rule)


def test_fields_are_picked_from_a_closed_list(found, jane):
    assert shown(found(email=jane.email, fields="name")) == [{"name": "Jane Doe"}]
    assert problem(found(email=jane.email, fields="shoe_size"))[0::2] == (400, "invalid_query_string")
