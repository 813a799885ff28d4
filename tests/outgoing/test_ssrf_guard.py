"""Where webhooks may lead: what is refused by sight, and what only once the name is resolved."""

from __future__ import annotations

import socket

import pytest

from users.outgoing import http_client as sending
from users.outgoing.http_client import Message, send
from users.outgoing.ssrf_guard import (
    PRIVATE_NETWORK_REFUSED,
    InvalidTarget,
    check_url,
    is_public,
    resolve_host,
)

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
INNER = [
    *("127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
    *("::1", "::", "fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::127.0.0.1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2001:0:7f00:1::", "2001:db8::1"),
]


def test_an_address_is_of_the_world_or_it_is_not():
    assert [address for address in PUBLIC if not is_public(address)] == []
    assert [address for address in INNER if is_public(address)] == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "ftp://example.com/", "//example.com/", "example.com", ""),
        *("https://", "https://:443/", "https://example.com:0/", "https://example.com:99999/"),
        *("https://jane:secret@example.com/", "https://example.com/#part", "https://exämple.com/"),
        *("https://example.com/a b", "https://example.com\\@evil.example/", "https://[::1/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/"),
        *("https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/"),
        *("https://localhost/", "https://a.localhost/"),
    ],
)
def test_what_may_not_be_called_is_seen_at_once(url):
    with pytest.raises(InvalidTarget):
        check_url(url)


def test_what_may_be_called_is_distinguished_without_asking_anybody(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("asked"))

    assert check_url("https://example.com:8443/hook?a=b").port == 8443


def test_where_it_is_allowed_anything_may_be_called(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True

    assert check_url("http://127.0.0.1:8000/hook").hostname == "127.0.0.1"
    with pytest.raises(InvalidTarget):
        check_url("file:///etc/passwd")


def leads_to(monkeypatch, *answers):
    """What a name is resolved to, one answer after the other; each is a list of addresses."""
    left, asked = list(answers), []

    def resolved(host, port, **_):
        asked.append(host)
        addresses = left.pop(0)
        kinds = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (address, port))
            for kind, address in zip(kinds, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return asked


def test_of_what_a_name_leads_to_only_what_is_of_the_world_is_called(monkeypatch):
    leads_to(monkeypatch, ["10.0.0.1", "93.184.216.34"], ["10.0.0.1", "::1"])

    assert resolve_host("a.example", 443) == [(socket.AF_INET, ("93.184.216.34", 443))]
    with pytest.raises(InvalidTarget, match="private network"):
        resolve_host("a.example", 443)


@pytest.fixture
def reached(monkeypatch):
    """Every address that somebody tries to connect to; nobody gets through."""
    places = []

    def connect(self, place):
        places.append(place)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return places


def test_a_name_is_resolved_once_and_called_where_it_led_then(monkeypatch, reached):
    """A name that leads into our network when it is asked for again gains nothing by that."""
    asked = leads_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    outcome = send(Message("https://rebinding.example/", {}, b"{}"))

    assert (asked, reached) == (["rebinding.example"], [("93.184.216.34", 443)])
    assert "refused" in outcome.error


def test_what_leads_into_our_network_is_not_called(monkeypatch, reached):
    leads_to(monkeypatch, ["169.254.169.254"])

    outcome = send(Message("https://metadata.example/", {}, b"{}"))

    assert (outcome.code, outcome.error, reached) == (None, PRIVATE_NETWORK_REFUSED, [])


def test_no_proxy_of_the_environment_is_asked(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert send(Message(receiver.url, {}, b"{}")).is_delivered
    assert receiver.calls[0].path == "/hook?of=tests"


def test_a_redirect_is_an_answer_like_any_other_and_not_followed(receiver):
    receiver.answers = lambda call: (302, {"Location": receiver.url})

    outcome = send(Message(receiver.url, {}, b"{}"))

    assert (outcome.code, outcome.is_delivered, len(receiver.calls)) == (302, False, 1)


def test_an_answer_is_read_only_so_far_and_waited_for_only_so_long(receiver, monkeypatch):
    """It comes in drops, and each drop comes in time."""
    monkeypatch.setattr(sending, "DEADLINE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        stop = threading.Event()

        def drip():
            taken, _ = server.accept()
            with taken:
                while not stop.wait(0.05):
                    try:
                        taken.send(b"H")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        outcome = send(Message(f"http://127.0.0.1:{server.getsockname()[1]}/", {}, b"{}"))
        stop.set()
        dripping.join()

    assert outcome.code is None
    assert "No answer within" in outcome.error
    assert outcome.milliseconds < 2000


def test_what_is_no_answer_is_an_outcome(receiver):
    def hang_up(call):
        raise ConnectionError

    receiver.answers = hang_up

    outcome = send(Message(receiver.url, {}, b"{}"))

    assert outcome.code is None
    assert outcome.error.startswith("No answer: ")
