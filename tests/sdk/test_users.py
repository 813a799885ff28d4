"""Users, made and changed as a developer's program does it."""

from __future__ import annotations

import pytest

from tests.sdk.program import Refused
from users.models import DEFAULT_CONNECTION


@pytest.fixture
def make(shop):
    """Makes users who are gone after the test."""
    made = []

    def create(**body):
        user = shop.create({"connection": DEFAULT_CONNECTION, **body})
        made.append(user["user_id"])
        return user

    yield create
    for user_id in made:
        shop.delete(user_id)


def test_a_new_user_comes_back_with_all_it_was_given(make):
    user = make(
        email="Ada.New@example.com",
        password="Wq7!long-pass-phrase",
        given_name="Ada",
        email_verified=True,
        blocked=False,
        user_metadata={"shell": "fish", "tabs": [1, 2.5, None, {"deep": True}]},
        app_metadata={"tier": 2},
    )

    assert user["user_id"].startswith("auth0|")
    assert user["email"] == "ada.new@example.com"
    assert (user["given_name"], user["email_verified"], user["blocked"]) == ("Ada", True, False)
    assert user["user_metadata"] == {"shell": "fish", "tabs": [1, 2.5, None, {"deep": True}]}
    assert user["app_metadata"] == {"tier": 2}
    assert "password" not in user


def test_identities_have_auth0s_shape(jane):
    (identity,) = jane["identities"]

    assert identity == {
        "connection": DEFAULT_CONNECTION,
        "provider": "auth0",
        "user_id": jane["user_id"].removeprefix("auth0|"),
        "isSocial": False,
    }


def test_what_was_made_is_read_back_the_same(shop, jane):
    assert shop.get(jane["user_id"]) == jane


@pytest.mark.parametrize("bare_id", ["ada", "Team/Ada", "a/b/c", "é", "100%", "a+b@c"])
def test_an_id_may_hold_what_addresses_must_encode(shop, make, bare_id):
    user = make(email="ada.id@example.com", user_id=bare_id)

    assert user["user_id"] == f"auth0|{bare_id}"
    assert shop.get(user["user_id"])["email"] == "ada.id@example.com"
    assert shop.roles_of(user["user_id"]) == []


def test_a_patch_merges_both_documents_at_their_first_level(shop, jane):
    shop.patch(
        jane["user_id"],
        {
            "user_metadata": {"theme": "dark", "size": {"shirt": "M"}},
            "app_metadata": {"roles": ["editor"]},
        },
    )

    changed = shop.get(jane["user_id"])
    assert changed["user_metadata"] == {"hobby": "surfing", "theme": "dark", "size": {"shirt": "M"}}
    assert changed["app_metadata"] == {"plan": "full", "roles": ["editor"]}


def test_a_patch_answers_with_the_user_as_it_is_now(shop, jane):
    changed = shop.patch(jane["user_id"], {"name": "Jane R.", "app_metadata": {"plan": "pro"}})

    assert (changed["name"], changed["app_metadata"]) == ("Jane R.", {"plan": "pro"})
    assert changed == shop.get(jane["user_id"])


def test_a_document_may_hold_a_mebibyte_and_no_byte_more(shop, jane):
    empty = len('{"note":""}')
    shop.patch(jane["user_id"], {"user_metadata": {}})

    full = shop.patch(jane["user_id"], {"user_metadata": {"note": "x" * (1024 * 1024 - empty)}})

    assert len(full["user_metadata"]["note"]) == 1024 * 1024 - empty
    with pytest.raises(Refused) as refused:
        shop.patch(jane["user_id"], {"user_metadata": {"note": "x" * (1024 * 1024 - empty + 1)}})
    assert (refused.value.status, refused.value.code) == (413, "payload_too_large")


def test_null_removes_a_key_of_a_document(shop, jane):
    changed = shop.patch(jane["user_id"], {"user_metadata": {"hobby": None}, "app_metadata": {"plan": None}})

    assert changed["user_metadata"] == {"size": {"shoe": 39}}
    assert not changed.get("app_metadata")


def test_everybody_with_an_address_is_found_by_it(shop, jane):
    assert shop.by_email("jane.roe@example.com") == [jane]


def test_nobody_has_an_unknown_address(shop):
    assert shop.by_email("nobody@example.com") == []


def test_a_deleted_user_is_gone(shop, jane):
    shop.delete(jane["user_id"])

    with pytest.raises(Refused) as refused:
        shop.get(jane["user_id"])
    assert refused.value.status == 404
    assert shop.by_email(jane["email"]) == []


def test_who_is_gone_can_be_deleted_again(shop, jane):
    shop.delete(jane["user_id"])

    shop.delete(jane["user_id"])
