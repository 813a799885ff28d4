"""ETag, If-Match and If-None-Match: no write over what the client has not seen, and no second
reading of what it has."""

from __future__ import annotations

import pytest

from tests.api.answers import USERS, at, problem, shown
from users.actions.account.record_sign_in import record_sign_in
from users.models import User

STALE = (412, "The user changed since you read it. Read it again, then retry.", "precondition_failed")


@pytest.fixture
def jane_at_two(shop, jane):
    """Jane, changed once: her tag is "2"."""
    assert shop.patch(at(jane), {"nickname": "Jay"})["ETag"] == '"2"'
    return jane


# What stands for version 2, compressing proxies included.
VERSION_2 = [
    '"2"',
    "*",
    '"1", "2"',
    '"2","9"',
    ' "2" ',
    'W/"2"',
    '"2-gzip"',
    'W/"2-gzip"',
    '"2--gzip"',
    '"2;gzip"',
    '"2-br"',
    'W/"1", W/"2"',
]
OTHERS = [
    '"1"',
    '"3"',
    '"1", "3"',
    'W/"1"',
    'w/"2"',
    'W/ "2"',
    '"1-gzip"',
    '"2-3"',
    '"2-identity"',
    '"-gzip"',
    '"two"',
    '""',
    'W/""',
    "garbage",
    '"٢"',
    '"' + "2" * 5000 + '"',
    '"2.0"',
    ",",
]


@pytest.mark.parametrize("tags", [*VERSION_2, "", " "])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_tag_that_fits_lets_the_write_through(shop, jane_at_two, method, tags):
    body = {"name": "New"} if method == "PATCH" else None

    response = shop.call(method, at(jane_at_two), body, **{"If-Match": tags})

    assert response.status_code == (200 if method == "PATCH" else 204)


@pytest.mark.parametrize("tags", OTHERS)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_any_other_tag_stops_it_and_nothing_is_written(shop, jane_at_two, method, tags):
    body = {"user_metadata": {"a": 1}} if method == "PATCH" else None
    before = User.objects.values().get()

    response = shop.call(method, at(jane_at_two), body, **{"If-Match": tags.encode().decode("latin-1")})

    assert problem(response) == STALE
    assert User.objects.values().get() == before


@pytest.mark.parametrize("body", [{"name": "New"}, {"user_metadata": {"a": 1}}, {"blocked": True}])
def test_the_tag_rises_with_each_write(shop, jane, body):
    assert shop.patch(at(jane), body)["ETag"] == '"2"'
    assert shop.get(at(jane))["ETag"] == '"2"'


def test_the_tag_stays_where_nothing_changes(shop, jane):
    assert shop.patch(at(jane), {"name": "Jane Doe"})["ETag"] == '"1"'


def test_the_tag_stays_when_jane_signs_in(shop, jane):
    record_sign_in(jane, ip="192.0.2.7")

    assert shop.get(at(jane))["ETag"] == '"1"'
    assert shop.patch(at(jane), {"name": "New"}, **{"If-Match": '"1"'}).status_code == 200


def test_of_two_who_read_the_same_the_second_is_stopped(shop, jane):
    tag = {"If-Match": shop.get(at(jane))["ETag"]}

    first = shop.patch(at(jane), {"user_metadata": {"a": 1}}, **tag)
    second = shop.patch(at(jane), {"user_metadata": {"b": 2}}, **tag)

    assert (first.status_code, problem(second)) == (200, STALE)
    assert "b" not in User.objects.get().user_metadata


def test_who_is_not_there_has_no_tag(shop, db):
    nobody = f"{USERS}/auth0|nobody"

    assert problem(shop.patch(nobody, {"name": "x"}, **{"If-Match": '"1"'}))[0] == 404
    assert shop.delete(nobody, **{"If-Match": '"1"'}).status_code == 204


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("tags", VERSION_2)
def test_what_was_read_already_is_not_sent_again(shop, jane_at_two, method, tags):
    response = shop.call(method, at(jane_at_two), **{"If-None-Match": tags})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", '"2"')
    assert response["Cache-Control"] == "no-store"
    assert not {"Content-Type", "Content-Length"} & response.headers.keys()


@pytest.mark.parametrize("tags", [*OTHERS, "", " "])
def test_what_has_changed_since_is_sent(shop, jane_at_two, tags):
    response = shop.get(at(jane_at_two), **{"If-None-Match": tags.encode().decode("latin-1")})

    assert shown(response)["nickname"] == "Jay"
    assert response["ETag"] == '"2"'


def test_a_read_by_tag_finds_out_first_whether_there_is_a_user_and_who_asks(api, shop, jane):
    tag = {"If-None-Match": "*"}

    assert problem(shop.get(f"{USERS}/auth0|nobody", **tag))[0] == 404
    assert problem(api("read:roles").get(at(jane), **tag))[0] == 403


def test_a_moment_of_the_past_has_no_tag_to_compare(shop, jane):
    now = f"{jane.updated_at:%Y-%m-%dT%H:%M:%S.%fZ}"

    response = shop.get(f"{at(jane)}?at={now}", **{"If-None-Match": "*"})

    assert shown(response)["user_id"] == jane.user_id
