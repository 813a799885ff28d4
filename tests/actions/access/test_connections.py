"""Making, changing and deleting connections, by whomever."""

from __future__ import annotations

import pytest

from users.actions.access.connections import create_connection, delete_connection, edit_connection
from users.actions.account.create_user import create_user
from users.actions.errors import ConnectionExists, ConnectionInUse, ConnectionNotFound, NotSupported
from users.models import Connection
from users.representation.validation import FieldError
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied, Protected

SHELL = command_actor("tests")


@pytest.fixture
def partners(connection):
    return create_connection(actor=SHELL, name="Partners", options={"passwordPolicy": "good"})


@pytest.fixture
def as_they_were(partners):
    before = list(Connection.objects.values())
    return lambda: list(Connection.objects.values()) == before


def test_options_are_checked_whoever_comes(partners, as_they_were):
    with pytest.raises(FieldError, match=r"on property options\.passwordPolicy"):
        edit_connection(partners, {"options": {"passwordPolicy": "strong"}}, actor=SHELL)
    with pytest.raises(FieldError, match=r"on property options\.validation\.username\.min"):
        create_connection(
            actor=SHELL, name="More", options={"validation": {"username": {"min": 9, "max": 1}}}
        )
    with pytest.raises(NotSupported, match="can be set only for enterprise connections"):
        create_connection(actor=SHELL, name="More", options={"set_user_root_attributes": "on_each_login"})

    assert as_they_were()


def test_a_name_is_taken_once(partners, as_they_were):
    with pytest.raises(ConnectionExists):
        create_connection(actor=SHELL, name="Partners")

    assert as_they_were()


def test_only_administrators_and_the_shell_may_lock_staff_out(partners, actor_of, agent, administrator):
    create_user(partners, actor=SHELL, profile={"email": "root@example.com"}, is_superuser=True)

    for actor, error in ((actor_of("update:connections"), Protected), (staff_actor(agent), Denied)):
        with pytest.raises(error):
            edit_connection(partners, {"is_enabled": False}, actor=actor)

    for actor in (SHELL, staff_actor(administrator)):
        assert not edit_connection(partners, {"is_enabled": False}, actor=actor).is_enabled


def test_administrators_do_not_disable_the_connection_that_they_sign_in_by(connection, administrator):
    with pytest.raises(Denied, match="You sign in through this connection yourself"):
        edit_connection(connection, {"is_enabled": False}, actor=staff_actor(administrator))

    connection.refresh_from_db()
    assert connection.is_enabled


def test_names_are_checked_by_every_face(partners, as_they_were):
    with pytest.raises(FieldError, match="on property display_name"):
        edit_connection(partners, {"display_name": "two\nlines"}, actor=SHELL)
    with pytest.raises(FieldError, match="on property name"):
        create_connection(actor=SHELL, name="two words")

    assert as_they_were()


def test_what_is_gone_is_said_to_be_gone(partners):
    opened = Connection.objects.get(pk=partners.pk)
    delete_connection(partners, actor=SHELL)

    with pytest.raises(ConnectionNotFound):
        edit_connection(opened, {"is_enabled": True}, actor=SHELL)
    with pytest.raises(ConnectionNotFound):
        delete_connection(opened, actor=SHELL)


def test_users_are_never_deleted_along(partners):
    create_user(partners, actor=SHELL, profile={"email": "ada@example.com"})

    with pytest.raises(ConnectionInUse, match="still has 1 user"):
        delete_connection(partners, actor=SHELL)

    assert partners.users.count() == 1


def test_the_installations_own_stays(connection):
    with pytest.raises(ConnectionInUse, match="cannot be deleted"):
        delete_connection(connection, actor=SHELL)
