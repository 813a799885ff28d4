"""Accounts with staff rights are out of the API's reach, whatever the client holds."""

from __future__ import annotations

import pytest

from tests.api.answers import at, problem, shown
from users.models import User

PROTECTED = (403, "This account has staff rights; only an administrator may do this.", "protected_account")

ATTACKS = [
    {"email": "thief@example.com"},
    {"email": None},
    {"email_verified": True},
    {"password": "stolen horse battery".replace(" ", "-")},
    {"blocked": True},
    {"blocked": False},
    {"phone_number": "+491234"},
    {"phone_verified": True},
    {"username": "thief"},
]
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: "-".join(map(str, *attack.items())))
people = pytest.mark.parametrize("person", ["supporter", "agent", "administrator", "root"])


@pytest.fixture
def root(make_user):
    return make_user("root", is_superuser=True)


@pytest.fixture
def staff(request, person, user_names):
    return request.getfixturevalue(person)


def row(user):
    return User.objects.filter(pk=user.pk).values().get()


@people
@attacks
def test_how_staff_sign_in_cannot_be_changed(shop, staff, attack):
    before = row(staff)

    response = shop.patch(at(staff), {"name": "Harmless", "user_metadata": {"a": 1}} | attack)

    assert problem(response) == PROTECTED
    assert row(staff) == before


@people
def test_staff_cannot_be_deleted(shop, staff):
    assert problem(shop.delete(at(staff))) == PROTECTED
    assert User.objects.filter(pk=staff.pk).exists()


@people
def test_names_and_documents_of_staff_can_be_changed(shop, staff):
    body = {"name": "Sam", "user_metadata": {"a": 1}, "app_metadata": {"b": 2}}

    user = shown(shop.patch(at(staff), body))

    assert {name: user[name] for name in body} == body


@attacks
def test_all_of_that_is_open_where_there_are_no_staff_rights(shop, jane, put, user_names, attack):
    put(jane, username="jane", username_folded="jane", phone_number="+491")
    assert shop.patch(at(jane), attack).status_code == 200


@people
def test_a_change_to_what_it_is_already_is_refused_as_well(shop, staff):
    assert problem(shop.patch(at(staff), {"email": staff.email})) == PROTECTED
