"""Which pages elsewhere may call the API and ask for tokens, and what they may read."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from users.caching import ttl_cache
from users.models import Client
from users.web.cors import CACHE_SECONDS, origin_of

SHOP = "https://shop.example.com"
API = "/api/v2/users/auth0|jane"
MIB = 1024 * 1024


@pytest.fixture
def shop(db):
    return Client.objects.create(name="Shop", allowed_origins=[SHOP])


def ask(browser, method, path, origin=SHOP, **headers):
    more = {"HTTP_ORIGIN": origin} if origin else {}
    return browser().generic(method, path, **more, **headers)


def preflight(browser, path, origin=SHOP, method="PATCH"):
    more = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": method}
    return ask(browser, "OPTIONS", path, origin, **more)


def granted(answer):
    return answer.get("Access-Control-Allow-Origin")


def words(answer, header):
    return {word.strip().lower() for word in answer[header].split(",")}


@pytest.mark.parametrize("path", [API, "/api/v2/users", "/api/v2/nothing", "/oauth/token"])
def test_a_clients_page_may_ask_and_send(browser, shop, path):
    before, after = preflight(browser, path), ask(browser, "GET", path)

    assert before.status_code == 200
    for answer in (before, after):
        assert granted(answer) == SHOP
        assert answer["Access-Control-Allow-Credentials"] == "true"
        assert "origin" in words(answer, "Vary")


def test_it_is_told_what_it_may_send(browser, shop):
    answer = preflight(browser, API)

    assert words(answer, "Access-Control-Allow-Methods") == {"get", "post", "patch", "delete"}
    assert words(answer, "Access-Control-Allow-Headers") == {
        *("authorization", "content-type", "if-match", "if-none-match", "dpop"),
        *("auth0-client", "x-request-language", "x-request-id", "x-correlation-id"),
    }
    assert answer["Access-Control-Max-Age"] == "600"


def test_it_may_read_what_the_api_says_in_headers(browser, shop):
    answer = ask(browser, "GET", API)

    assert words(answer, "Access-Control-Expose-Headers") == {
        *("etag", "link", "warning", "retry-after", "x-request-id"),
        *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    }


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://shop.example.com",
        "https://shop.example.com:8443",
        "https://shop.example.com.evil.example",
        "https://evil.example/https://shop.example.com",
        "https://SHOP.example.com",
        "null",
        "*",
        "",
    ],
)
def test_any_other_is_told_nothing(browser, shop, origin):
    for answer in (preflight(browser, API, origin), ask(browser, "GET", API, origin)):
        headers = {name.lower() for name in answer.headers}
        assert not {name for name in headers if name.startswith("access-control-")}
        assert "origin" in words(answer, "Vary")


@pytest.mark.parametrize(
    ("columns", "allowed"),
    [
        ({"web_origins": [SHOP]}, True),
        ({"allowed_origins": [f"{SHOP}/"]}, True),
        ({"allowed_origins": ["https://SHOP.example.com:443"]}, True),
        ({"callbacks": [f"{SHOP}/signed/in?a=b#c"]}, True),
        ({"callbacks": ["com.example.shop://callback"]}, False),
        ({"allowed_logout_urls": [SHOP]}, False),
        ({"allowed_origins": [SHOP], "is_revoked": True}, False),
        ({"allowed_origins": ["*"]}, False),
        ({"allowed_origins": ["https://*.example.com"]}, False),
        ({}, False),
    ],
)
def test_origins_are_those_of_clients_that_are_not_revoked(browser, db, columns, allowed):
    Client.objects.create(name="Other", web_origins=["https://other.example"])
    Client.objects.create(name="Shop", **columns)

    assert granted(ask(browser, "GET", API)) == (SHOP if allowed else None)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://shop.example.com", SHOP),
        ("https://shop.example.com/a?b#c", SHOP),
        ("http://localhost:3000/cb", "http://localhost:3000"),
        ("http://Localhost:80", "http://localhost"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("https://user:pass@shop.example.com/", SHOP),
        ("https://shop.example.com:port/", None),
        ("https://[::1", None),
        ("https://", None),
        ("shop.example.com", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("*", None),
        ("", None),
    ],
)
def test_an_origin_is_written_as_browsers_do(address, origin):
    assert origin_of(address) == origin


@pytest.mark.parametrize(
    "path",
    ["/", "/login/", "/profile/", "/admin/", "/api/v2/docs/", "/oauth/token/x", "/healthz", "/static/x.js"],
)
def test_pages_and_what_a_cookie_opens_are_for_ourselves_alone(browser, shop, agent, path):
    visitor = browser(agent)

    answer = visitor.get(path, HTTP_ORIGIN=SHOP)

    assert granted(answer) is None
    assert granted(preflight(browser, path)) is None


def test_the_published_keys_are_for_anybody(browser, shop):
    assert granted(ask(browser, "GET", "/.well-known/jwks.json", "https://anybody.example")) == "*"


# Refusals can be read


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", API, 401),
        ("GET", "/api/v2/nothing", 404),
        ("PUT", API, 405),
        ("PATCH", API, 401),
        ("GET", "/oauth/token", 405),
        ("POST", "/oauth/token", 400),
    ],
)
def test_a_refusal_can_be_read(browser, shop, method, path, status):
    answer = ask(browser, method, path)

    assert (answer.status_code, granted(answer)) == (status, SHOP)


@pytest.mark.parametrize(("path", "most"), [(API, 4 * MIB), ("/oauth/token", 64 * 1024)])
def test_that_it_was_too_much_can_be_read(browser, shop, path, most):
    answer = browser().generic(
        "POST", path, b" " * (most + 1), content_type="application/json", HTTP_ORIGIN=SHOP
    )

    assert (answer.status_code, granted(answer)) == (413, SHOP)


def test_that_we_broke_can_be_read(browser, shop, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("users.api.framework.authentication.verify_access_token", broken)
    visitor = browser()
    visitor.raise_request_exception = False

    answer = visitor.get(API, HTTP_ORIGIN=SHOP, HTTP_AUTHORIZATION="Bearer a.b.c")

    assert (answer.status_code, granted(answer)) == (500, SHOP)


# Off the database


def test_the_origins_are_remembered(browser, shop, django_assert_num_queries):
    preflight(browser, API)

    with django_assert_num_queries(0):
        for number in range(3):
            preflight(browser, API)
            preflight(browser, API, f"https://evil-{number}.example")


def test_without_an_origin_nothing_is_asked(browser, shop, django_assert_num_queries):
    with django_assert_num_queries(0):
        ask(browser, "GET", "/api/v2/users", origin="")


def test_a_revoked_clients_pages_are_shut_out_within_thirty_seconds(browser, shop, monkeypatch):
    assert granted(ask(browser, "GET", API)) == SHOP
    Client.objects.update(is_revoked=True)

    later = time.monotonic() + 30
    monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: later))

    assert CACHE_SECONDS <= 30
    assert granted(ask(browser, "GET", API)) is None


def test_a_new_clients_pages_are_let_in_within_a_second(browser, db, monkeypatch):
    assert granted(ask(browser, "GET", API)) is None
    Client.objects.create(name="Shop", allowed_origins=[SHOP])

    later = time.monotonic() + 1
    monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: later))

    assert granted(ask(browser, "GET", API)) == SHOP
