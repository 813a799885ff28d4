"""`docs/nginx.conf`: a real nginx in front of our server, and of none."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from contextlib import ExitStack

import httpx
import pytest

from tests.config.proxy import NGINX, nginx
from tests.management.demo_server import free_port

ECHO = """
import json

def application(environ, start_response):
    names = ("RAW_URI", "CONTENT_LENGTH", "HTTP_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")
    seen = {name: environ.get(name) for name in names}
    seen["body"] = environ["wsgi.input"].read().decode()
    body = json.dumps(seen).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
"""
pytestmark = pytest.mark.skipif(not NGINX, reason="needs nginx")


@pytest.fixture(scope="module")
def desk(serve, tmp_path_factory):
    """A client of the proxy, with our server behind it."""
    _, url = serve(ECHO)
    with (
        nginx(httpx.URL(url).port, tmp_path_factory.mktemp("nginx")) as port,
        httpx.Client(
            timeout=60, base_url=f"http://127.0.0.1:{port}", headers={"Host": "desk.example.com"}
        ) as client,
    ):
        yield client


def test_the_url_is_passed_on_as_it_was_sent(desk):
    seen = desk.get("/api/v2/users/auth0%7Czz%2Fmultifactor%2Fduo?q=a%20b").json()

    assert seen["RAW_URI"] == "/api/v2/users/auth0%7Czz%2Fmultifactor%2Fduo?q=a%20b"
    assert seen["HTTP_HOST"] == "desk.example.com"


def test_callers_cannot_make_up_their_address(desk):
    seen = desk.get("/", headers={"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}).json()

    assert (seen["HTTP_X_FORWARDED_FOR"], seen["HTTP_X_FORWARDED_PROTO"]) == ("127.0.0.1", "http")


def test_a_request_line_of_16_kb_passes(desk):
    target = "/api/v2/users?q=" + "a" * (16 * 1024 - len("GET /api/v2/users?q= HTTP/1.1\r\n"))

    assert desk.get(target).json()["RAW_URI"] == target


@pytest.mark.parametrize("size", [17_000, 63_000, 70_000])
def test_a_longer_one_is_refused_in_json(desk, size):
    with pytest.raises(urllib.error.HTTPError) as refused:  # httpx sends no URL of 64 kB
        urllib.request.urlopen(f"http://127.0.0.1:{desk.base_url.port}/api/v2/users?q={'a' * size}")

    assert refused.value.code == json.load(refused.value)["statusCode"] == 414
    assert refused.value.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("size", [9_000, 70_000])
def test_headers_that_are_too_large_are_refused_in_json(desk, size):
    refused = desk.get("/api/v2/users", headers={"X-A": "a" * size})

    assert refused.status_code == refused.json()["statusCode"] == 431


def test_a_body_in_chunks_passes(desk):
    seen = desk.post("/api/v2/users", content=iter([b'{"a"', b": 1}"])).json()

    assert (seen["body"], seen["CONTENT_LENGTH"]) == ('{"a": 1}', "8")


def test_a_body_over_the_limit_is_the_servers_to_refuse(desk):
    seen = desk.post("/oauth/token", content=b"a" * 3_000_000).json()

    assert (seen["body"], seen["CONTENT_LENGTH"]) == ("", "3000000")


def test_slow_clients_hold_up_nobody(desk):
    host = ("127.0.0.1", httpx.URL(desk.base_url).port)
    with ExitStack() as connections:
        for sent in (b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"):
            for _ in range(30):
                connections.enter_context(socket.create_connection(host)).sendall(sent)

        assert all(desk.get("/", timeout=2).status_code == 200 for _ in range(30))


def test_while_the_server_is_away_programs_get_json_and_when_to_try_again(tmp_path):
    with (
        nginx(free_port(), tmp_path) as port,
        httpx.Client(timeout=60, base_url=f"http://127.0.0.1:{port}") as client,
    ):
        api, oauth, page = (client.get(path) for path in ("/api/v2/users", "/oauth/token", "/login/"))

    assert (api.status_code, oauth.status_code, page.status_code) == (503, 503, 502)
    assert api.headers["retry-after"] == oauth.headers["retry-after"] == "10"
    assert set(api.json()) == {"statusCode", "error", "message"}
    assert set(oauth.json()) == {"error", "error_description"}
    assert json.loads(api.text)["statusCode"] == 503
