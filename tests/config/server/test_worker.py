"""What a worker may open, and whom it closes when that is not enough."""

from __future__ import annotations

import asyncio
import resource

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from config.server import worker
from tests.config.server.talk import echo, talk


@pytest.mark.parametrize(
    ("soft", "hard", "connections"),
    [
        pytest.param(256, resource.RLIM_INFINITY, 1000, id="raised as far as needed"),
        pytest.param(1024, 1024, 448, id="as many as the system allows"),
        pytest.param(100_000, 100_000, 1000, id="enough already"),
        pytest.param(64, 64, 1, id="one at least"),
    ],
)
def test_connections_fit_into_the_limit_of_open_files(monkeypatch, soft, hard, connections):
    limits = [soft, hard]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.__setitem__(slice(None), new))

    assert min(worker._allow_files(1000), 1000) == connections


def half_a_request(client):
    client.send(b"GET / HTTP/1.1\r\nX: ")
    return asyncio.sleep(0.05)


def test_a_full_worker_closes_the_connection_that_waits_for_longest():
    async def scenario(client):
        await half_a_request(client)
        return client.worker._make_room(), await client.is_closed()

    assert talk(echo, scenario) == (True, True)


def test_each_connection_makes_room_once():
    async def scenario(client):
        await half_a_request(client)
        return client.worker._make_room(), client.worker._make_room()

    assert talk(echo, scenario) == (True, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("proxy_protocol", "v2"),
        ("protocol", "uwsgi"),
        ("http2_cleartext", "upgrade"),
        ("pre_request", lambda worker, request: None),
    ],
)
def test_the_server_does_not_start_with_settings_that_it_does_not_support(name, value):
    config = Config()
    worker.BufferedWorker.check_config(config, Logger(config))
    config.set(name, value)

    with pytest.raises(RuntimeError, match=name):
        worker.BufferedWorker.check_config(config, Logger(config))
