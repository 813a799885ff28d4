"""The server behind a real nginx that compresses: what the proxy changes must change nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.config.proxy import NGINX, run_nginx
from tests.management.demo_server import free_port
from users.models import DEFAULT_CONNECTION

CONFIGURATION = """
gzip on;
gzip_proxied any;
gzip_min_length 1;
gzip_types application/json;
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass https://{upstream};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host {upstream};
    }}
}}
"""
pytestmark = pytest.mark.skipif(not NGINX, reason="needs nginx")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Proxy:
    """Calls the API through nginx, as a client that takes gzip."""

    port: int
    token: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection.request(method, path, json.dumps(body) if body is not None else None, given)
        answer = connection.getresponse()
        raw, found = answer.read(), dict(answer.headers)
        connection.close()
        text = gzip.decompress(raw) if found.get("Content-Encoding") == "gzip" else raw
        return Answer(answer.status, found, json.loads(text) if text else None)


@pytest.fixture(scope="module")
def proxy(server, trusted, tmp_path_factory) -> Iterator[Proxy]:
    proxy = Proxy(free_port())
    configuration = CONFIGURATION.format(port=proxy.port, upstream=server.domain)
    with run_nginx(configuration, proxy.port, tmp_path_factory.mktemp("nginx")):
        credentials = {"grant_type": "client_credentials", "audience": f"https://{server.domain}/api/v2/"}
        proxy.token = proxy.call("POST", "/oauth/token", {**credentials, **trusted}).body["access_token"]
        yield proxy


@pytest.fixture
def make(proxy) -> Iterator[Any]:
    """Makes users who are gone after the test, and gives their path."""
    paths = []

    def create(bare_id: str, email: str) -> str:
        body = {"connection": DEFAULT_CONNECTION, "user_id": bare_id, "email": email}
        assert proxy.call("POST", "/api/v2/users", body).status == 201
        paths.append(f"/api/v2/users/auth0%7C{bare_id.replace('/', '%2F')}")
        return paths[-1]

    yield create
    for path in paths:
        proxy.call("DELETE", path)


def test_the_tag_that_nginx_weakened_still_fits(proxy, make):
    jane = make("nginx-jane", "jane.nginx@example.com")
    read = proxy.call("GET", jane)
    assert (read.headers["Content-Encoding"], read.headers["ETag"]) == ("gzip", 'W/"1"')

    known = proxy.call("GET", jane, If_None_Match=read.headers["ETag"])
    changed = proxy.call("PATCH", jane, {"nickname": "Jay"}, If_Match=read.headers["ETag"])
    stale = proxy.call("PATCH", jane, {"nickname": "J"}, If_Match=read.headers["ETag"])
    reread = proxy.call("GET", jane, If_None_Match=read.headers["ETag"])

    assert (known.status, known.body) == (304, None)
    assert (changed.status, changed.headers["ETag"]) == (200, 'W/"2"')
    assert (stale.status, stale.body["errorCode"]) == (412, "precondition_failed")
    assert (reread.status, reread.body["nickname"]) == (200, "Jay")


def test_an_encoded_slash_passes_as_part_of_an_id(proxy, make):
    make("nginx", "a.nginx@example.com")
    user = make("nginx/roles", "b.nginx@example.com")

    assert proxy.call("GET", user).body["user_id"] == "auth0|nginx/roles"
    assert proxy.call("GET", "/api/v2/users/auth0%7Cnginx/roles").body == []
