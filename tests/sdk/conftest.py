"""One server over TLS, and a program written with each of Auth0's SDKs. None of them knows
that we are not Auth0."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.own_database import own_database
from tests.sdk.authority import Authority, make_authority
from tests.sdk.program import SDKS, Application, Program, Sdk
from tests.sdk.server import Server
from tests.sdk.user_agent import UserAgent
from users.models import DEFAULT_CONNECTION
from users.tokens.scopes import MACHINE_SCOPES

PEOPLE = 250
PASSWORD = "Correct-horse-7-battery"
REALM_GRANT = "http://auth0.com/oauth/grant-type/password-realm"
# Where the web server of an application would answer. No test goes there.
CALLBACK, SIGNED_OUT = "https://shop.test/callback", "https://shop.test/signed-out"


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server(authority, tmp_path_factory) -> Iterator[Server]:
    with own_database("sdk") as database:
        settings = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATABASE_URL": database,
            "EMAIL_URL": "consolemail://",
        }
        server = Server(tmp_path_factory.mktemp("sdk"), authority, **settings)
        server.manage("migrate")
        server.manage("collectstatic", "--noinput")
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


@pytest.fixture(scope="session")
def call(server, trusted) -> Iterator[httpx.Client]:
    """The Management API, without an SDK."""
    audience = f"{server.url}/api/v2/"
    # A connection for each request: the server may end an idle one just as the next is sent on it.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=server.url, verify=server.trust, timeout=60, limits=limits) as client:
        body = {"grant_type": "client_credentials", "audience": audience, **trusted}
        token = client.post("/oauth/token", json=body).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture(scope="session")
def web_shop(server, call) -> dict[str, str]:
    """Credentials of an application on a web server, in which users sign in."""
    credentials = server.make_client("Web shop", "read:users")
    body = {
        "app_type": "regular_web",
        "callbacks": [CALLBACK],
        "allowed_logout_urls": [SIGNED_OUT],
        "grant_types": ["client_credentials", "authorization_code", "refresh_token", REALM_GRANT],
        "refresh_token": {"rotation_type": "rotating", "expiration_type": "expiring"},
    }
    call.patch(f"/api/v2/clients/{credentials['client_id']}", json=body).raise_for_status()
    return credentials


@pytest.fixture
def john(call) -> Iterator[dict[str, Any]]:
    """A user with a password."""
    body = {
        "connection": DEFAULT_CONNECTION,
        "email": "john.roe@example.com",
        "name": "John Roe",
        "password": PASSWORD,
        "user_metadata": {"hobby": "surfing"},
        "app_metadata": {"plan": "full"},
    }
    made = call.post("/api/v2/users", json=body).raise_for_status().json()
    yield made
    call.delete(f"/api/v2/users/{made['user_id']}").raise_for_status()


@pytest.fixture
def user_agent(server) -> Iterator[UserAgent]:
    with UserAgent(server) as agent:
        yield agent


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
