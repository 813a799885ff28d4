"""How requests are received: framing, limits, and time."""

from __future__ import annotations

import asyncio

import pytest

from config.server import connection, request
from tests.config.server.talk import echo, talk

HOST = b"Host: desk.example.com\r\n"


def get(target: bytes, *headers: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in headers) + b"\r\n"


def post(body: bytes, *headers: bytes, path: bytes = b"/api/v2/users") -> bytes:
    lines = b"".join(line + b"\r\n" for line in headers)
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n" + body


def answers(*requests: bytes, application=echo, **settings):
    """Of requests that are sent on one connection, all at once."""

    async def scenario(client):
        client.send(b"".join(requests))
        return [await client.receive() for _ in requests]

    return talk(application, scenario, **settings)


def answer(sent: bytes, **settings):
    (only,) = answers(sent, **settings)
    return only


CHUNKED = b"Transfer-Encoding: chunked"


def test_the_path_reaches_the_application_as_it_was_sent():
    seen = answer(get(b"/api/v2/users/auth0%7Czz%2Fmultifactor%2Fduo?q=a%20b")).json

    assert seen["RAW_URI"] == "/api/v2/users/auth0%7Czz%2Fmultifactor%2Fduo?q=a%20b"
    assert seen["PATH_INFO"] == "/api/v2/users/auth0|zz/multifactor/duo"


def test_three_hundred_ids_in_q_fit_in_the_request_line():
    ids = "%20OR%20".join(f"user_id%3A%22auth0%7C{number:024x}%22" for number in range(300))
    target = f"/api/v2/users?q={ids}".encode()[: 16 * 1024 - len("GET  HTTP/1.1\r\n")]

    assert len(answer(get(target)).json["RAW_URI"]) == len(target) > 14_000


def test_a_request_line_of_16_kb_is_accepted_and_one_byte_more_is_414():
    most = request.LINE_LIMIT - len(b"GET  HTTP/1.1\r\n")
    path = b"/api/v2/users?q="
    fits, too_long = (path + b"a" * (length - len(path)) for length in (most, most + 1))

    assert answer(get(fits)).status == 200
    assert answer(get(too_long)).status == 414


@pytest.mark.parametrize(
    "pieces",
    [
        [b'{"a": 1}'],
        [b"{", b'"a"', b": 1", b"}"],
        [bytes([byte]) for byte in b'{"a": 1}'],
    ],
)
def test_a_body_in_chunks_arrives_with_its_length(pieces):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)

    seen = answer(post(chunks + b"0\r\n\r\n", CHUNKED)).json

    assert seen["body"] == '{"a": 1}'
    assert seen["CONTENT_LENGTH"] == "8"
    assert seen["HTTP_TRANSFER_ENCODING"] is None


def test_extensions_and_trailers_of_chunks_are_skipped():
    seen = answer(post(b'2;a=b;c="d"\r\nab\r\n1 ;x\r\nc\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n', CHUNKED)).json

    assert seen["body"] == "abc"


def test_what_follows_a_body_is_the_next_request():
    first, second, third = answers(
        post(b"3\r\nabc\r\n0\r\n\r\n", CHUNKED), post(b"xyz", b"Content-Length: 3"), get(b"/third")
    )

    assert [first.json["body"], second.json["body"], third.json["RAW_URI"]] == ["abc", "xyz", "/third"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([b"Content-Length: 3", b"Content-Length: 3"], id="repeated"),
        pytest.param([b"Content-Length: 3", b"Content-Length: 4"], id="contradicting"),
        pytest.param([b"Content-Length: 3, 3"], id="list"),
        pytest.param([b"Content-Length: 3", CHUNKED], id="length and chunked"),
        pytest.param([CHUNKED, b"Content-Length: 3"], id="chunked and length"),
        pytest.param([CHUNKED, CHUNKED], id="chunked twice"),
        pytest.param([b"Transfer-Encoding: chunked, identity"], id="chunked not last"),
        pytest.param([b"Transfer-Encoding: identity"], id="not chunked"),
        pytest.param([b"Transfer-Encoding : chunked"], id="space before colon"),
        pytest.param([b"Content-Length: +3"], id="sign"),
        pytest.param([b"Content-Length: 0x3"], id="hexadecimal"),
        pytest.param([b"Content-Length:\r\n 3"], id="folded"),
        pytest.param([b"X: a\nContent-Length: 3"], id="bare line feed"),
    ],
)
def test_an_ambiguous_length_is_refused_and_nothing_more_is_read_from_the_connection(headers):
    async def scenario(client):
        refused = await client.ask(post(b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n", *headers))
        return refused, await client.is_closed()

    refused, is_closed = talk(echo, scenario)

    assert refused.status == 400
    assert refused.json["error"] == "Bad Request"
    assert refused.headers["connection"] == "close"
    assert is_closed


@pytest.mark.parametrize("sent", [b"GET /api/v2/users HTTP/1.1\n", b"GET /api/v2/users HTTP/1.1\r\nX: a\n"])
def test_a_bare_line_feed_is_refused_before_the_head_ends(sent):
    assert answer(sent).status == 400


def test_chunks_in_http_1_0_are_refused():
    assert answer(b"POST /api/v2/users HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"3\r\nabc\n0\r\n\r\n",
        b"3 \r\nabc\r\n0\r\n\r\n",
        b"1" * 16 + b"\r\n",
        b"1;" + b"a" * 70_000,
        b"1\r\na\r\n" * (request.FREE_CHUNKS + 100),
    ],
)
def test_chunks_that_break_the_grammar_are_refused(body):
    assert answer(post(body, CHUNKED)).status == 400


@pytest.mark.parametrize(
    "trailers",
    [
        pytest.param(b"\nGET /smuggled HTTP/1.1\r\n\r\n", id="bare line feed"),
        pytest.param(b"X: a\n\r\n", id="line that ends with a bare line feed"),
        pytest.param(b"X: a\rY: b\r\n\r\n", id="bare carriage return"),
        pytest.param(b"X: a\0\r\n\r\n", id="NUL"),
        pytest.param(b"X : a\r\n\r\n", id="space before colon"),
        pytest.param(b"X: a\r\n b\r\n\r\n", id="folded"),
        pytest.param(b"GET /smuggled HTTP/1.1\r\n\r\n", id="request line"),
    ],
)
def test_trailers_that_break_the_grammar_are_refused(trailers):
    assert answer(post(b"1\r\na\r\n0\r\n" + trailers, CHUNKED)).status == 400


LIMIT = 64 * 1024  # of /oauth/token


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("size", "arrives"), [(LIMIT, LIMIT), (LIMIT + 1, 0)])
def test_a_body_over_the_limit_of_its_path_is_discarded_but_its_length_is_known(is_chunked, size, arrives):
    if is_chunked:
        sent = post(b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"a" * size), CHUNKED, path=b"/oauth/token")
    else:
        sent = post(b"a" * size, b"Content-Length: %d" % size, path=b"/oauth/token")

    first, second = answers(sent, get(b"/next"))

    assert (first.json["CONTENT_LENGTH"], len(first.json["body"])) == (str(size), arrives)
    assert second.json["RAW_URI"] == "/next"


def test_a_long_body_goes_through_a_file():
    body = b"a" * (2 * request.MEMORY_LIMIT)

    assert len(answer(post(body, b"Content-Length: %d" % len(body))).json["body"]) == len(body)


def test_who_asks_first_is_allowed_to_send_within_the_limit():
    async def scenario(client):
        head = post(b"", b"Content-Length: 2", b"Expect: 100-continue")
        return await client.ask(head), await client.ask(b"{}")

    allowed, answered = talk(echo, scenario)

    assert (allowed.status, answered.json["body"]) == (100, "{}")


def test_who_asks_first_sends_nothing_over_the_limit():
    refused = answer(
        post(b"", b"Content-Length: 70000", b"Expect: 100-continue", path=b"/oauth/token"), application=echo
    )

    assert refused.headers["connection"] == "close"
    assert (refused.json["CONTENT_LENGTH"], refused.json["body"]) == ("70000", "")


def test_an_expectation_without_a_body_is_answered():
    async def scenario(client):
        answered = await client.ask(get(b"/", b"Expect: 100-continue"))
        return await client.receive() if answered.status == 100 else answered

    assert talk(echo, scenario).status == 200


def test_bodies_that_find_no_room_are_refused_for_now(monkeypatch):
    async def scenario(client):
        client.worker.spool.reserve(client.worker.spool._left - 10)
        return await client.ask(post(b"a" * 11, b"Content-Length: 11"))

    refused = talk(echo, scenario)

    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0


def test_the_room_of_a_body_is_free_again_once_it_was_answered():
    async def scenario(client):
        before = client.worker.spool._left
        await client.ask(post(b"a" * 11, b"Content-Length: 11"))
        await client.ask(get(b"/"))
        return before - client.worker.spool._left

    assert talk(echo, scenario) == 0


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET /api/v2/us", id="half a request line"),
        pytest.param(b"GET /api/v2/users HTTP/1.1\r\nHost: x\r\nX-A: ", id="half a header"),
        pytest.param(post(b'{"a"', b"Content-Length: 100"), id="half a body"),
        pytest.param(post(b"5\r\nab", CHUNKED), id="half a chunk"),
    ],
)
def test_a_request_that_does_not_end_in_time_is_408(sent, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(request, "BODY_SECONDS", 0.1)

    async def scenario(client):
        refused = await client.ask(sent)
        return refused, await client.is_closed()

    refused, is_closed = talk(echo, scenario)

    assert refused.status == 408
    assert refused.json["statusCode"] == 408
    assert is_closed


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_byte_now_and_then_does_not_extend_the_time(part, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(request, "BODY_SECONDS", 0.2)

    async def scenario(client):
        client.send(b"GET / HTTP/1.1\r\nX: " if part == "head" else post(b"", b"Content-Length: 1000"))
        for _ in range(100):
            client.send(b"a")
            await asyncio.sleep(0.02)
            if client._stream._buffer:
                return await client.receive()
        raise AssertionError("it was never refused")

    assert talk(echo, scenario).status == 408


def test_a_connection_without_a_request_is_closed_without_a_word(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)

    async def scenario(client):
        return await client.is_closed()

    assert talk(echo, scenario)


def test_a_connection_that_is_not_used_again_is_closed():
    async def scenario(client):
        answered = await client.ask(get(b"/"))
        return answered.headers["connection"], await client.is_closed()

    assert talk(echo, scenario, keepalive=1) == ("keep-alive", True)


def test_a_client_that_leaves_in_the_middle_reaches_no_application():
    called = []

    async def scenario(client):
        client.send(post(b'{"a"', b"Content-Length: 100"))
        await asyncio.sleep(0.05)
        client.leave()
        await asyncio.wait(list(client.worker._connections))

    talk(lambda environ, start: called.append(environ), scenario)

    assert called == []


def test_empty_lines_before_a_request_are_ignored_once():
    assert answer(b"\r\n" + get(b"/")).status == 200
    assert answer(b"\r\n\r\n" + get(b"/")).status == 400
