"""Answers to requests that never reach Django."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.config.server.talk import echo, talk

LONG_LINE = b"GET %s?q=" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
ENDLESS_LINE = b"GET %s?q=" + b"a" * 200_000
LONG_HEADER = b"GET %s HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 9_000 + b"\r\n\r\n"
MANY_HEADERS = b"GET %s HTTP/1.1\r\n" + b"X-A: a\r\n" * 101 + b"\r\n"
LARGE_HEADERS = b"GET %s HTTP/1.1\r\n" + (b"X-A: " + b"a" * 8_000 + b"\r\n") * 10 + b"\r\n"
ENDLESS_HEADER = b"GET %s HTTP/1.1\r\nX-A: " + b"a" * 200_000
NO_HTTP = b"GET %s\r\n\r\n"
HTTP_9 = b"GET %s HTTP/9.0\r\nHost: x\r\n\r\n"
UNKNOWN_CODING = b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n"
EXPECTATION = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: a-miracle\r\n\r\n"
REFUSED = [
    pytest.param(LONG_LINE, 414, id="long line"),
    pytest.param(ENDLESS_LINE, 414, id="endless line"),
    pytest.param(LONG_HEADER, 431, id="long header"),
    pytest.param(MANY_HEADERS, 431, id="many headers"),
    pytest.param(LARGE_HEADERS, 431, id="large headers"),
    pytest.param(ENDLESS_HEADER, 431, id="endless header"),
    pytest.param(NO_HTTP, 400, id="no HTTP"),
    pytest.param(HTTP_9, 505, id="unknown version"),
    pytest.param(UNKNOWN_CODING, 501, id="unknown transfer coding"),
    pytest.param(EXPECTATION, 417, id="unknown expectation"),
]


def refusal(sent: bytes, path: bytes):
    async def scenario(client):
        return await client.ask(sent.replace(b"%s", path, 1))

    return talk(echo, scenario)


@pytest.mark.parametrize(("sent", "status"), REFUSED)
def test_the_management_api_gets_auth0s_envelope(sent, status):
    refused = refusal(sent, b"/api/v2/users")

    assert refused.status == status
    assert refused.headers["content-type"] == "application/json; charset=utf-8"
    assert refused.headers["connection"] == "close"
    message = refused.json["message"]
    assert refused.json == {"statusCode": status, "error": HTTPStatus(status).phrase, "message": message}
    assert message


@pytest.mark.parametrize(("sent", "status"), REFUSED)
def test_the_token_endpoint_gets_oauths_form(sent, status):
    refused = refusal(sent, b"/oauth/token")

    assert refused.status == status
    assert refused.headers["content-type"] == "application/json; charset=utf-8"
    assert set(refused.json) == {"error", "error_description"}
    assert refused.json["error"] == "invalid_request"


@pytest.mark.parametrize(("sent", "status"), REFUSED)
def test_people_get_a_page(sent, status):
    refused = refusal(sent, b"/login/")

    assert refused.status == status
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert refused.headers["content-security-policy"] == "default-src 'none'"
    assert f"<h1>{HTTPStatus(status).phrase}</h1>" in refused.body.decode()


def test_what_was_sent_is_escaped_on_the_page():
    refused = refusal(b"GET /login/ HTTP/1.1\r\n<script>alert(1)</script>: a\r\n\r\n", b"")

    assert refused.status == 400
    assert b"<script>" not in refused.body


def test_the_full_url_of_a_proxied_request_counts_too():
    assert refusal(LONG_LINE, b"http://desk.example.com/api/v2/users").json["statusCode"] == 414


def test_each_refusal_has_a_request_id_of_its_own():
    first, second = (refusal(LONG_LINE, b"/api/v2/users").headers["x-request-id"] for _ in range(2))

    assert len(first) == len(second) == 32
    assert first != second
