"""A real Redis is stopped: the limits go on counting, in the database, and nothing breaks."""

from __future__ import annotations

import signal
import time

import pytest
from django.core.cache import caches
from django.test import Client as Browser

from tests.conftest import PASSWORD
from tests.own_servers import OwnRedis
from users.availability import report
from users.caching import redis as redis_cache
from users.caching import redis_connection
from users.caching.redis import RedisWithFallback

USERS = "/api/v2/users"
JANE = "jane.doe@example.com"


@pytest.fixture(autouse=True)
def _forgotten():
    redis_cache.pause.end()
    report.clear()
    yield
    redis_cache.pause.end()


@pytest.fixture
def redis(tmp_path, settings, db):
    """A server of the test's own, in which everything is counted."""
    server = OwnRedis(tmp_path)
    in_redis = {"BACKEND": "users.caching.redis.RedisWithFallback", "LOCATION": server.url}
    in_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    settings.CACHES = {
        "default": {**in_redis, "OPTIONS": {"fallback": "database"}},
        "rate_limits": {**in_redis, "OPTIONS": {"fallback": "memory"}},
        "database": {"BACKEND": "users.caching.database.DatabaseCache", "LOCATION": "django_cache"},
        "memory": in_memory,
    }
    yield server
    server.stop()


def sign_in(password: str = PASSWORD):
    return Browser().post("/login/", {"login": JANE, "password": password})


def test_with_redis_nothing_is_counted_in_the_database(redis, jane):
    assert isinstance(caches["default"], RedisWithFallback)
    sign_in("wrong")

    assert caches["default"]._cache.get_client().dbsize() > 0
    with pytest.raises(ValueError, match="not found"):
        caches["database"].incr("a")


def test_without_redis_pages_go_on(redis, jane, api):
    everything = api()
    redis.stop()

    assert sign_in().status_code == 302
    assert Browser().post("/password/reset/", {"email": JANE}).status_code == 302
    assert everything.get(f"/api/v2/user-blocks/{jane.user_id}").status_code == 200
    assert everything.get(f"/api/v2/user-blocks?identifier={JANE}").status_code == 200
    assert Browser().get("/readyz").status_code == 200


def test_without_redis_wrong_passwords_are_limited_in_the_database(redis, jane, api):
    everything = api()
    redis.stop()

    for _ in range(5):
        assert sign_in("wrong").status_code == 200

    assert sign_in().status_code != 302
    # Another worker sees the same: it is in the database.
    caches["default"].close()
    assert sign_in().status_code != 302
    assert everything.delete(f"/api/v2/user-blocks/{jane.user_id}").status_code == 204
    assert sign_in().status_code == 302


def test_without_redis_calls_are_limited_by_each_worker(redis, settings, api):
    settings.API_RATE_LIMIT = 1
    shop = api()
    redis.stop()

    answers = [shop.get(USERS).status_code for _ in range(4)]  # at most two seconds' worth

    assert answers[0] == 200
    assert 429 in answers


def test_redis_that_goes_away_between_two_commands_breaks_no_count(redis, monkeypatch, settings, shop_of_two):
    first = caches["rate_limits"].incr

    def stop_first(key):
        redis.stop()
        return first(key)

    monkeypatch.setattr(caches["rate_limits"], "incr", stop_first)

    assert shop_of_two.get(USERS).status_code == 200


@pytest.fixture
def shop_of_two(settings, api):
    settings.API_RATE_LIMIT = 2
    return api()


def test_redis_is_used_again_once_it_is_back(redis, monkeypatch, caplog):
    cache = caches["default"]
    redis.stop()
    cache.set("a", 1)
    asked = []
    monkeypatch.setattr(
        "django.core.cache.backends.redis.RedisCache._cache", property(lambda _: asked.append(1))
    )
    assert cache.get("a") == 1  # of the database, and Redis is not even asked
    assert not asked
    monkeypatch.undo()
    redis.start()

    redis_cache.pause.end()

    assert cache.get("a") is None  # what one holds the other does not
    cache.set("a", 2)
    assert caches["database"].get("a") == 1
    lines = [record.getMessage() for record in caplog.records if "redis_unavailable" in record.getMessage()]
    assert len(lines) == 1


def test_a_redis_that_does_not_answer_holds_nobody_up(redis, monkeypatch):
    monkeypatch.setattr(redis_connection, "TIMEOUT", 0.05)
    cache = RedisWithFallback(redis.url, {"OPTIONS": {"fallback": "database"}})
    redis._process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        cache.set("a", 1)
        assert cache.get("a") == 1
        assert time.monotonic() - began < 10
    finally:
        redis._process.send_signal(signal.SIGCONT)
