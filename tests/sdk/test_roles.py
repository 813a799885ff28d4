"""Roles, given and taken as a developer's program does it."""

from __future__ import annotations

import pytest

from tests.sdk.program import Refused
from users.models import DEFAULT_CONNECTION

NO_ROLE = "rol_0000000000000000"


@pytest.fixture
def editor(shop):
    """Made by the SDK under test, and gone after the test."""
    role = shop.create_role({"name": "Test editor", "description": "May edit"})
    yield role
    if shop.roles_named(role["name"]):
        shop.delete_role(role["id"])


@pytest.fixture
def crowd(shop):
    """Five people who are gone after the test."""
    made = [
        shop.create({"connection": DEFAULT_CONNECTION, "email": f"crowd-{number}@example.com"})["user_id"]
        for number in range(5)
    ]
    yield made
    for user_id in made:
        shop.delete(user_id)


def test_a_new_role_comes_back_and_is_found(shop, editor):
    assert editor["id"].startswith("rol_")
    assert (editor["name"], editor["description"]) == ("Test editor", "May edit")
    assert shop.role(editor["id"]) == editor
    assert shop.roles_named("test ED") == [editor]


def test_a_role_is_renamed(shop, editor):
    renamed = shop.patch_role(editor["id"], {"description": "May edit everything"})

    assert renamed == {**editor, "description": "May edit everything"}
    assert shop.role(editor["id"]) == renamed


def test_a_role_is_given_and_taken(shop, editor, jane):
    shop.give_roles(jane["user_id"], [editor["id"]])
    assert shop.roles_of(jane["user_id"]) == [editor]
    assert shop.members(editor["id"], 50) == [jane["user_id"]]

    shop.take_roles(jane["user_id"], [editor["id"]])
    assert shop.roles_of(jane["user_id"]) == []
    assert shop.members(editor["id"], 50) == []


def test_the_way_through_a_roles_people_meets_each_once(shop, editor, crowd):
    shop.give_role_to(editor["id"], crowd)

    met = shop.members(editor["id"], 2)

    assert sorted(met) == sorted(crowd)


def test_a_deleted_role_is_gone_from_its_people(sdk, shop, editor, jane):
    shop.give_roles(jane["user_id"], [editor["id"]])

    shop.delete_role(editor["id"])

    assert shop.roles_of(jane["user_id"]) == []
    with pytest.raises(Refused) as refused:
        shop.role(editor["id"])
    assert (refused.value.kind, refused.value.status) == (sdk.errors[404], 404)


@pytest.mark.parametrize("call", ["role", "delete_role"])
def test_a_role_that_does_not_exist(sdk, shop, call):
    with pytest.raises(Refused) as refused:
        getattr(shop, call)(NO_ROLE)

    error = refused.value
    assert (error.kind, error.status) == (sdk.errors[404], 404)
    assert error.message == "The role does not exist."
