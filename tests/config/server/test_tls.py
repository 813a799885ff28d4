"""Connections over TLS, which the server ends by itself where it is started with a certificate."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from config.server import connection
from tests.config.server.talk import echo, make_worker, talk
from tests.sdk.authority import make_authority


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """The settings of a server and the context of its client."""
    authority = make_authority(tmp_path_factory.mktemp("authority"))
    files = {"certfile": str(authority.certificate), "keyfile": str(authority.key)}
    return files, ssl.create_default_context(cafile=authority.trusted)


def over_tls(tls, application, scenario):
    files, context = tls
    return talk(application, scenario, tls=context, **files)


def everything(sent: bytes):
    async def scenario(client):
        client.send(sent)
        return await client._stream.read()

    return scenario


def pieces(*lengths: int):
    """An application without a Content-Length, so that only the end of the connection ends its answer."""

    def application(environ, start_response):
        start_response("200 OK", [])
        return (b"a" * length for length in lengths)

    return application


@pytest.mark.parametrize("lengths", [(), (1,), (1, 1), (70_000,), (900_000, 900_000), (900_000,) * 3])
def test_a_client_of_http_1_0_sees_the_end_of_every_answer(tls, lengths):
    answer = over_tls(tls, pieces(*lengths), everything(b"GET / HTTP/1.0\r\n\r\n"))

    assert answer.partition(b"\r\n\r\n")[2] == b"a" * sum(lengths)


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"?\r\n\r\n"])
def test_a_connection_that_is_to_close_closes(tls, sent, monkeypatch):
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.1)

    assert over_tls(tls, echo, everything(sent))


def test_every_request_is_answered_in_however_many_records_it_arrives(tls):
    """Whether asyncio held an answer back depended on the number of records before it."""

    async def scenario(client):
        answers = []
        for count in (1, 2, 3, 4) * 3:
            for piece in [b"GET / HTTP/1.1\r\n", *[b"X: a\r\n"] * (count - 1), b"\r\n"]:
                client.send(piece)
                await asyncio.sleep(0.001)
            answers.append((await client.receive()).status)
        return answers

    assert over_tls(tls, echo, scenario) == [200] * 12


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_http_1_0_is_answered_in_however_many_records_it_arrives(tls, count):
    async def scenario(client):
        for piece in [b"GET / HTTP/1.0\r\n", *[b"X: a\r\n"] * (count - 1), b"\r\n"]:
            client.send(piece)
            await asyncio.sleep(0.001)
        return await client._stream.read()

    assert over_tls(tls, echo, scenario).startswith(b"HTTP/1.0 200")


def test_a_file_arrives_whole(tls, tmp_path):
    path = tmp_path / "editor.js"
    path.write_bytes(b"0123456789" * 200_000)

    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", "2000000")])
        return environ["wsgi.file_wrapper"](path.open("rb"))

    async def scenario(client):
        return await client.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert over_tls(tls, application, scenario).body == path.read_bytes()


def test_a_full_worker_closes_a_connection_that_never_begins_with_tls(tls):
    files, _ = tls

    async def play():
        worker = make_worker(echo, **files)
        theirs, ours = socket.socketpair()
        with theirs:
            ours.setblocking(False)
            worker.attach(asyncio.get_running_loop())
            serving = worker.serve(ours)
            await asyncio.sleep(0.05)
            made_room = worker._make_room()
            await asyncio.wait([serving], timeout=5)
            return made_room, theirs.recv(1)

    assert asyncio.run(play()) == (True, b"")
