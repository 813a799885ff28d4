"""How answers are made and sent: a thread makes them, and waits for no client."""

from __future__ import annotations

import asyncio
import threading

import pytest

from config.server import connection
from config.server.response import BUFFER_LIMIT
from tests.config.server.talk import echo, talk

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def page(*pieces: bytes, headers=()):
    """An application that answers with these pieces."""

    def application(environ, start_response):
        start_response("200 OK", list(headers))
        return iter(pieces)

    return application


def answer(application, sent: bytes = GET, **settings):
    async def scenario(client):
        return await client.ask(sent)

    return talk(application, scenario, **settings)


@pytest.mark.parametrize("size", [0, 1, BUFFER_LIMIT, BUFFER_LIMIT + 1, 5 * BUFFER_LIMIT])
def test_an_answer_of_any_size_arrives_whole(size):
    body = bytes(index % 251 for index in range(min(size, 1000))) * (size // 1000 + 1)
    pieces = [body[start : start + 300_000] for start in range(0, size, 300_000)]
    pieces[-1:] = [body[(len(pieces) - 1) * 300_000 : size]] if pieces else []

    assert answer(page(*pieces)).body == body[:size]


def test_a_file_is_sent_without_reading_it_into_memory(tmp_path):
    path = tmp_path / "editor.js"
    path.write_bytes(b"0123456789" * 100_000)

    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", "1000000")])
        return environ["wsgi.file_wrapper"](path.open("rb"))

    assert answer(application).body == path.read_bytes()


def test_head_has_headers_only():
    async def scenario(client):
        client.send(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
        return await client._stream.readuntil(b"\r\n\r\n"), await client._stream.readuntil(b"\r\n\r\n")

    head, following = talk(echo, scenario)

    assert head.startswith(b"HTTP/1.1 200")
    assert following.startswith(b"HTTP/1.1 200")


def test_who_reads_slowly_holds_no_thread():
    """One thread, and an answer that does not fit into the socket's buffers."""
    released = threading.Event()

    def application(environ, start_response):
        start_response("200 OK", [])
        return Page()

    class Page:
        def __iter__(self):
            return iter([b"a" * (BUFFER_LIMIT - 1000)])

        def close(self):
            released.set()

    async def scenario(client):
        client.send(GET)
        done = await asyncio.to_thread(released.wait, 5)
        thread_is_free = await asyncio.wrap_future(client.worker.threads.submit(lambda: True))
        return done and thread_is_free

    assert talk(application, scenario, receive_buffer=4096, threads=1)


def test_who_does_not_read_is_cut_off(monkeypatch):
    monkeypatch.setattr(connection, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(connection, "BYTES_PER_SECOND", 10**9)

    async def scenario(client):
        client._stream._transport.pause_reading()
        client.send(GET)
        await asyncio.wait(list(client.worker._connections), timeout=5)
        return len(client.worker._connections)

    assert talk(page(b"a" * 900_000), scenario, receive_buffer=4096) == 0


def test_an_application_that_fails_is_500_in_the_form_of_the_path():
    def application(environ, start_response):
        raise RuntimeError("a secret of the application")

    refused = answer(application, b"GET /api/v2/users HTTP/1.1\r\nHost: x\r\n\r\n")

    assert refused.status == 500
    assert refused.json["statusCode"] == 500
    assert b"secret" not in refused.body


def test_an_answer_that_breaks_off_is_not_completed():
    def broken():
        yield b"a" * (BUFFER_LIMIT + 1)
        yield b"b" * (BUFFER_LIMIT + 1)
        raise RuntimeError

    def application(environ, start_response):
        start_response("200 OK", [])
        return broken()

    async def scenario(client):
        client.send(GET)
        try:
            return await client._stream.read()
        except ConnectionError:
            return b""

    assert not talk(application, scenario).endswith(b"0\r\n\r\n")


def test_a_worker_that_was_to_answer_so_many_requests_closes_the_connection_and_stops():
    async def scenario(client):
        first, second = await client.ask(GET), await client.ask(GET)
        return [first.headers["connection"], second.headers["connection"]], client.worker.alive

    assert talk(echo, scenario, max_requests=2) == (["keep-alive", "close"], False)


def broken_off(application) -> bytes:
    """All that a client of this application receives."""

    async def scenario(client):
        client.send(GET)
        received = b""
        try:
            while piece := await client._stream.read(65536):
                received += piece
        except ConnectionError:
            pass
        return received

    return talk(application, scenario)


@pytest.mark.parametrize("error", [TimeoutError, ConnectionResetError, ValueError, StopIteration, SystemExit])
def test_an_application_that_fails_is_500_whatever_it_raises(error):
    """Errors of its own connections, say to Redis, are not the client's."""

    def application(environ, start_response):
        raise error

    assert answer(application).status == 500


@pytest.mark.parametrize("error", [TimeoutError, ValueError])
def test_no_second_answer_follows_one_that_has_begun(error):
    def broken():
        yield b"a" * (BUFFER_LIMIT + 1)
        yield b"b"
        raise error

    def application(environ, start_response):
        start_response("200 OK", [])
        return broken()

    assert broken_off(application).count(b"HTTP/1.1 ") == 1


def test_a_header_that_the_application_must_not_send_is_500():
    assert answer(page(b"a", headers=[("X-Name", "a\r\nSet-Cookie: b")])).status == 500


def test_an_answer_shorter_than_its_length_is_500_where_nothing_was_sent():
    """The client would take the beginning of the next answer for the end of this one."""
    assert answer(page(b"four", headers=[("Content-Length", "5")])).status == 500


def test_an_answer_shorter_than_its_length_ends_the_connection():
    size = 2 * BUFFER_LIMIT

    received = broken_off(page(b"a" * BUFFER_LIMIT, b"b" * 10, headers=[("Content-Length", str(size))]))

    assert len(received) < size


def test_a_file_shorter_than_its_length_ends_the_connection(tmp_path):
    path = tmp_path / "export.gz"
    path.write_bytes(b"0123456789")

    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", "11")])
        return environ["wsgi.file_wrapper"](path.open("rb"))

    assert broken_off(application).endswith(b"0123456789")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_has_no_body_is_not_followed_by_one(status):
    def application(environ, start_response):
        start_response(status if environ["PATH_INFO"] == "/" else "200 OK", [("Content-Length", "4")])
        return [b"body"]

    async def scenario(client):
        client.send(GET + GET.replace(b"/ ", b"/next "))
        return await client._stream.readuntil(b"\r\n\r\n"), await client._stream.readuntil(b"\r\n\r\n")

    first, second = talk(application, scenario)

    assert first.startswith(f"HTTP/1.1 {status}".encode())
    assert second.startswith(b"HTTP/1.1 200")


def test_a_client_that_has_sent_all_it_will_send_is_answered():
    async def scenario(client):
        client.send(GET)
        client._writer.write_eof()
        return await client.receive()

    assert talk(echo, scenario).status == 200
