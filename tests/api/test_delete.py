"""`DELETE /users/{id}`."""

from __future__ import annotations

from tests.api.answers import USERS, at, problem
from users.models import Change, User


def test_a_deleted_user_is_gone(shop, jane, stranger):
    response = shop.delete(at(jane))

    assert (response.status_code, response.content) == (204, b"")
    assert problem(shop.get(at(jane)))[0] == 404
    assert list(User.objects.all()) == [stranger]


def test_who_is_gone_can_be_deleted_again(shop, jane):
    shop.delete(at(jane))

    assert shop.delete(at(jane)).status_code == 204
    assert Change.objects.filter(what="deleted").count() == 1


def test_an_id_without_a_pipe_is_none(shop, db):
    assert problem(shop.delete(f"{USERS}/jane"))[0::2] == (400, "invalid_uri")


def test_the_record_outlives_its_user(shop, jane):
    shop.patch(at(jane), {"nickname": "Jay"})

    shop.delete(at(jane), **{"X-Request-ID": "ticket-7"})

    lines = Change.objects.filter(subject=jane.user_id, user=None)
    assert [line.what for line in lines] == ["deleted", "profile", "created"]
    assert (lines[0].face, lines[0].actor_name, lines[0].request_id) == ("api", "Shop", "ticket-7")


def test_the_address_is_free_again(shop, jane):
    shop.delete(at(jane))

    body = {"connection": "Username-Password-Authentication", "email": jane.email}
    assert shop.post(USERS, body).status_code == 201
