"""Whom a login means."""

from __future__ import annotations

import pytest

from users.actions.account.identities import link
from users.models import Client, Connection, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.sign_in.account_lookup import find_by_identifier, find_by_login, logins_of, primary_user


@pytest.fixture
def names(connection):
    """The connection has user names."""
    connection.options = {"requires_username": True}
    connection.save()


@pytest.fixture
def jd(names, make_user):
    """Somebody with a user name and a phone number."""
    return make_user("jane.doe", username="jd", phone_number="+491")


@pytest.mark.parametrize("login", ["jane.doe@example.com", "JANE.DOE@EXAMPLE.COM", "jd", "JD"])
def test_by_address_or_user_name_whatever_its_case(jd, stranger, login):
    assert find_by_login(login) == [jd]


@pytest.mark.parametrize("login", ["", "jane.doe", "j", "+491", "\0", "\ud800", "nobody@example.com"])
def test_by_nothing_else(jd, login):
    assert find_by_login(login) == []


def test_nobody_is_meant_by_not_having_a_name(make_user):
    make_user("nameless", email=None, phone_number="+491")

    assert find_by_login("") == find_by_identifier("") == []


def test_a_user_name_is_no_login_where_the_connection_has_none(jd):
    Connection.objects.update(options={})

    assert find_by_login("jd") == []
    assert logins_of(User.objects.get(pk=jd.pk)) == ["jane.doe@example.com"]


def test_only_in_the_connection_that_is_named(jd, connection):
    other = Connection.objects.create(name="Partners")

    assert find_by_login("jd", connection=connection) == [jd]
    assert find_by_login("jd", connection=other) == []


@pytest.mark.parametrize("columns", [{"is_enabled": False}, {"strategy": "samlp"}], ids=str)
def test_a_connection_that_keeps_no_password_here_has_no_logins(jd, columns):
    Connection.objects.update(**columns)
    jd = User.objects.get(pk=jd.pk)

    assert find_by_login("jane.doe@example.com") == []
    assert logins_of(jd) == []
    assert find_by_identifier("jane.doe@example.com") == [jd]


def test_what_one_may_type(jd, jane_elsewhere):
    assert logins_of(jd) == ["jane.doe@example.com", "jd"]
    assert logins_of(jane_elsewhere) == ["jane.doe@example.com"]


@pytest.fixture
def jane_elsewhere(jd, make_user):
    """The same address in another connection."""
    other = make_user("elsewhere")
    with allow_account_writes():
        User.objects.filter(pk=other.pk).update(
            connection=Connection.objects.create(name="Partners"),
            email=jd.email,
            email_folded=jd.email,
        )
    return User.objects.get(pk=other.pk)


def test_an_address_may_mean_several(jd, jane_elsewhere):
    assert find_by_login(jd.email) == find_by_identifier(jd.email) == [jd, jane_elsewhere]


@pytest.mark.parametrize("identifier", ["jane.doe@example.com", "jd", "+491"])
def test_people_are_known_by_their_phone_number_too(jd, stranger, identifier):
    assert find_by_identifier(identifier) == [jd]


@pytest.mark.parametrize("identifier", ["+49", "491", "\0", "nobody"])
def test_but_not_by_a_part_of_it(jd, identifier):
    assert find_by_identifier(identifier) == []


class TestLinked:
    """An account linked to another is a way to sign in to that one."""

    @pytest.fixture
    def primary(self, jd, make_user):
        jane = make_user("jane")
        return link(jane, jd, actor=command_actor("tests"))

    def test_it_is_found_by_what_one_signs_in_by(self, primary, jd):
        assert find_by_login("jd") == find_by_login(jd.email) == [jd]
        assert [primary_user(account) for account in find_by_login("jd")] == [primary]

    def test_whoever_is_known_by_it_is_its_primary(self, primary):
        for identifier in ("jd", "jane.doe@example.com", "+491", "jane@example.com"):
            assert find_by_identifier(identifier) == [primary]

    def test_its_logins_are_the_primarys(self, primary):
        assert logins_of(primary) == ["jane@example.com", "jane", "jane.doe@example.com", "jd"]

    def test_one_is_oneself(self, jd):
        assert primary_user(jd) == jd


def test_an_application_finds_accounts_of_its_connections_alone(jd, connection):
    app = Client.objects.create(name="App")

    assert find_by_login("jd", application=app) == []
    app.connections.add(connection)

    assert find_by_login("jd", application=app) == [jd]
