"""Applications in which people type their password, and how those ask for tokens."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import jwt
import pytest

from tests.conftest import PASSWORD
from tests.oauth.answers import (
    ISSUER,
    MANAGEMENT,
    PASSWORD_GRANT,
    REALM_GRANT,
    SECRET,
    SONGS,
)
from tests.oauth.sign_in_browser import CALLBACK
from users.models import Client, Connection, ResourceServer


@pytest.fixture
def _address(settings):
    settings.PUBLIC_URL = ISSUER.rstrip("/")


@pytest.fixture
def make_app(db, _address):
    """A client of one's own that may use both grants of passwords; `is_public` keeps no secret."""

    def make(*, is_public=False, **columns) -> Client:
        proof = "none" if is_public else "client_secret_post"
        given = {
            "name": "App",
            "token_endpoint_auth_method": proof,
            "secret_hash": "" if is_public else Client.hash_secret(SECRET),
            "grant_types": [PASSWORD_GRANT, REALM_GRANT],
        }
        client = Client.objects.create(**(given | columns))
        client.connections.set(Connection.objects.all())
        return client

    return make


@pytest.fixture
def app(make_app) -> Client:
    return make_app()


@pytest.fixture
def page(make_app) -> Client:
    return make_app(is_public=True)


@pytest.fixture
def songs(db) -> ResourceServer:
    """Somebody's API."""
    scopes = [{"value": "read:songs", "description": ""}, {"value": "write:songs", "description": ""}]
    return ResourceServer.objects.create(name="Songs", identifier=SONGS, scopes=scopes, token_lifetime=600)


@pytest.fixture
def ask(browser, app, jane):
    """Asks for a token with Jane's password; `...` leaves a parameter out, `of` is the client."""

    def post(*, of=None, as_form=False, headers=(), **changed):
        client = of or app
        good = {
            "grant_type": PASSWORD_GRANT,
            "client_id": client.client_id,
            "client_secret": ... if client.is_public else SECRET,
            "username": jane.email,
            "password": PASSWORD,
            "audience": MANAGEMENT,
        }
        body = {name: value for name, value in (good | changed).items() if value is not ...}
        kind = "application/x-www-form-urlencoded" if as_form else "application/json"
        text = urlencode(body) if as_form else json.dumps(body)
        return browser().post("/oauth/token", text, content_type=kind, **dict(headers))

    return post


@pytest.fixture
def verified(browser):
    """The claims of a token as a stranger's program reads them: by the published keys and a
    library that is not ours."""

    def read(token, audience, *, issuer=ISSUER):
        keys = jwt.PyJWKSet.from_dict(browser().get("/.well-known/jwks.json").json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer)

    return read


@pytest.fixture
def spa(make_app) -> Client:
    """A page in a browser, which keeps no secret."""
    grants = ["authorization_code", "implicit"]
    return make_app(is_public=True, callbacks=[CALLBACK], grant_types=grants, app_type="spa")


@pytest.fixture
def web(make_app) -> Client:
    """A web server, which keeps its secret."""
    return make_app(callbacks=[CALLBACK], grant_types=["authorization_code"], app_type="regular_web")
