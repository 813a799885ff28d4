"""How many calls a second a client may make."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.answers import USERS, problem
from users.models import Client
from users.throttling import fixed_window

HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """One second that does not end."""
    monkeypatch.setattr(fixed_window.time, "time", lambda: 1_800_000_000.5)


def count_call(client):
    return fixed_window.count(f"calls:{client.client_id}", 10)


def limits(response):
    return tuple(int(response[name]) for name in HEADERS)


def test_every_answer_says_how_much_is_left(shop, settings, db):
    settings.API_RATE_LIMIT = 10

    assert limits(shop.get(USERS)) == (10, 9, 1_800_000_001)
    assert limits(shop.get("/api/v2/nothing")) == (10, 8, 1_800_000_001)
    assert limits(shop.post(USERS, "{")) == (10, 7, 1_800_000_001)


def test_the_limit_is_a_thousand_by_default(shop, db):
    assert limits(shop.get(USERS))[:2] == (1000, 999)


def test_beyond_it_a_client_is_told_when_to_come_again(shop, settings, db):
    settings.API_RATE_LIMIT = 2
    shop.get(USERS)
    shop.get(USERS)

    response = shop.get(USERS)

    assert problem(response) == (429, "Global limit has been reached", "too_many_requests")
    assert response["Retry-After"] == "1"
    assert limits(response) == (2, 0, 1_800_000_001)


def test_each_client_has_its_own(api, settings, db):
    settings.API_RATE_LIMIT = 1
    first, second = api(), api()

    assert first.get(USERS).status_code == 200
    assert first.get(USERS).status_code == 429
    assert second.get(USERS).status_code == 200


def test_the_next_second_begins_again(shop, settings, db, monkeypatch):
    settings.API_RATE_LIMIT = 1
    shop.get(USERS)
    monkeypatch.setattr(fixed_window.time, "time", lambda: 1_800_000_001.1)

    assert shop.get(USERS).status_code == 200


def test_those_without_a_good_token_are_counted_by_address(browser, settings, db):
    settings.API_RATE_LIMIT = 2

    def ask():
        return browser().get(USERS, HTTP_AUTHORIZATION="Bearer token").status_code

    assert [ask(), ask(), ask()] == [400, 400, 429]
    assert browser().get(USERS, REMOTE_ADDR="203.0.113.9").status_code == 401


def test_no_limit_no_headers(shop, settings, db):
    settings.API_RATE_LIMIT = 0

    assert "x-ratelimit-limit" not in shop.get(USERS).headers


def test_counting_asks_nothing_of_the_database(shop, db, django_assert_num_queries):
    # The first refusal of a second is logged.
    shop.post(USERS, {})

    with django_assert_num_queries(0):
        shop.get(f"{USERS}?page=x")


def test_what_no_view_answered_carries_the_headers_as_well(shop, settings, db):
    settings.API_MAX_BYTES = 10

    for response, status in (
        (shop.post(USERS, {"name": "longer than that"}), 413),
        (shop.get(USERS, Accept="text/html"), 406),
        (shop.get(USERS, Host="evil.example"), 400),
        (shop.get("/api/v2/docs/"), 200),
    ):
        assert response.status_code == status
        assert limits(response)[0] == 1000


def test_in_redis_all_workers_count_together(shop, settings, redis_url, db):
    settings.API_RATE_LIMIT = 2
    redis = {"BACKEND": "users.caching.redis.RedisWithFallback", "LOCATION": redis_url}
    settings.CACHES = {**settings.CACHES, "rate_limits": redis | {"OPTIONS": {"fallback": "default"}}}

    assert limits(shop.get(USERS))[:2] == (2, 1)
    # Each thread has a connection of its own, as each worker has.
    with ThreadPoolExecutor() as other_worker:
        counted = other_worker.submit(count_call, Client.objects.get()).result()
    assert counted.used == 2
    assert shop.get(USERS).status_code == 429
