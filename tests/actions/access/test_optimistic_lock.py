"""The optimistic lock of configuration: an edit that was opened before another one is refused."""

from __future__ import annotations

import pytest

from tests.conftest import again
from users.actions.access.connections import create_connection, edit_connection, enable_clients
from users.actions.access.optimistic_lock import version_of
from users.actions.errors import StaleVersion
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")
COLUMNS = ("display_name", "options")


@pytest.fixture
def partners(connection):
    return create_connection(actor=SHELL, name="Partners", options={"passwordPolicy": "good"})


def test_an_edit_of_an_older_version_is_refused_and_writes_nothing(partners):
    opened = version_of(partners, COLUMNS)
    edit_connection(partners, {"options": {"passwordPolicy": "fair"}}, actor=SHELL)

    with pytest.raises(StaleVersion):
        edit_connection(partners, {"display_name": "Ours", "options": {}}, actor=SHELL, version=opened)

    assert (again(partners).display_name, again(partners).options) == ("", {"passwordPolicy": "fair"})


def test_a_change_of_what_is_not_edited_is_no_conflict(partners, make_client):
    opened = version_of(partners, COLUMNS)
    edit_connection(partners, {"is_enabled": False}, actor=SHELL)
    enable_clients(partners, {make_client().client_id: True}, actor=SHELL)

    edit_connection(partners, {"display_name": "Ours", "options": {}}, actor=SHELL, version=opened)

    assert again(partners).display_name == "Ours"


def test_the_right_is_asked_before_the_version(partners, agent):
    with pytest.raises(Denied):
        edit_connection(partners, {"display_name": "Ours"}, actor=staff_actor(agent), version="made up")
