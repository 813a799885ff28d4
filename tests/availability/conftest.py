"""A database of the test's own, to be stopped, filled up and locked."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.own_servers import OwnDatabase, OwnFile, OwnServer, own_default, own_folder
from users.availability import report


@pytest.fixture(autouse=True)
def _nothing_reported():
    """What one test reported keeps no line of another back."""
    report.clear()
    yield
    report.clear()


@pytest.fixture(scope="package")
def private_server(django_db_setup, django_db_blocker):
    """A running PostgreSQL server with a copy of the tests' database."""
    with own_folder() as folder, django_db_blocker.unblock():
        server = OwnServer(folder)
        yield server
        if server.is_running:
            server.stop("immediate")


@pytest.fixture
def own_database(request, django_db_setup, django_db_blocker, tmp_path) -> OwnDatabase:
    """Of the kind under test, and what the fixtures write to. It may be left stopped."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with own_default(OwnFile(tmp_path)) as database:
                yield database
            return
        server = request.getfixturevalue("private_server")
        server.renew()
        with own_default(server) as database:
            yield database


@pytest.fixture
def db(own_database):
    """What the fixtures for people and clients ask for: here they write to the test's own."""
    return own_database
