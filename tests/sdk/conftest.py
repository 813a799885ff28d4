"""One server over TLS, and a program written with each of Auth0's SDKs. None of them knows
that we are not Auth0."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.own_database import own_database
from tests.sdk.authority import Authority, make_authority
from tests.sdk.program import SDKS, Application, Program, Sdk
from tests.sdk.server import Server
from users.models import DEFAULT_CONNECTION
from users.tokens.scopes import MACHINE_SCOPES

PEOPLE = 250


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server(authority, tmp_path_factory) -> Iterator[Server]:
    with own_database("sdk") as database:
        settings = {"SECRET_KEY": secrets.token_urlsafe(64), "DATABASE_URL": database}
        server = Server(tmp_path_factory.mktemp("sdk"), authority, **settings)
        server.manage("migrate")
        server.manage("seed_demo", "--users", str(PEOPLE))
        try:
            yield server.start()
        finally:
            server.stop()
        assert "Traceback" not in server.log


@pytest.fixture(scope="session")
def trusted(server) -> dict[str, str]:
    """Credentials that open everything."""
    return server.make_client("Shop", *MACHINE_SCOPES)


@pytest.fixture(scope="session")
def narrow(server) -> dict[str, str]:
    """Credentials for looking only."""
    return server.make_client("Window shopper", "read:users")


@pytest.fixture(scope="session", params=SDKS, ids=str)
def sdk(request) -> Sdk:
    return request.param


@pytest.fixture(scope="session")
def program(sdk, authority, tmp_path_factory) -> Iterator[Program]:
    program = Program(sdk, authority, tmp_path_factory.mktemp("program") / "errors.log")
    yield program
    program.stop()


@pytest.fixture
def shop(program, server, trusted) -> Application:
    """The SDK under test, allowed everything."""
    return Application(program, domain=server.domain, **trusted)


@pytest.fixture
def window_shopper(program, server, narrow) -> Application:
    """The SDK under test, allowed to look."""
    return Application(program, domain=server.domain, **narrow)


@pytest.fixture
def jane(shop) -> Iterator[dict[str, Any]]:
    """Made by the SDK under test, and gone after the test."""
    jane = shop.create(
        {
            "connection": DEFAULT_CONNECTION,
            "email": "jane.roe@example.com",
            "name": "Jane Roe",
            "user_metadata": {"hobby": "surfing", "size": {"shoe": 39}},
            "app_metadata": {"plan": "full"},
        }
    )
    yield jane
    shop.delete(jane["user_id"])
