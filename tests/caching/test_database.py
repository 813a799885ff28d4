"""A cache table that takes no writes says so, where Django's would go on as if it had."""

from __future__ import annotations

import pytest
from django.core.cache import caches

from users.availability.outage import Kind, NotStored, outage_of
from users.caching.database import DatabaseCache

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache():
    return DatabaseCache("django_cache", {})


@pytest.fixture
def full(monkeypatch):
    """Makes each write fail inside Django, which swallows that."""
    monkeypatch.setattr("django.core.cache.backends.db.DatabaseCache._base_set", lambda *_: False)


def test_it_is_the_cache_that_counts_attempts_where_there_is_no_redis(settings):
    if not settings.REDIS_URL:
        assert isinstance(caches["default"], DatabaseCache)


def test_it_works_as_django_s(cache):
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    cache.set("b", [1])
    assert cache.incr("a") == 2
    assert cache.get_many(["a", "b", "c"]) == {"a": 2, "b": [1]}


def test_a_write_that_failed_is_an_error(cache, full):
    for write in (cache.set, cache.add):
        with pytest.raises(NotStored) as caught:
            write("a", 1)
        assert outage_of(caught.value).kind is Kind.READ_ONLY


def test_a_key_that_another_process_inserted_first_is_no_error(cache, monkeypatch):
    cache.set("a", 1)
    own = DatabaseCache._base_set
    tries = []

    def lost_once(self, mode, key, value, timeout):
        tries.append(mode)
        return len(tries) > 1 and own(self, mode, key, value, timeout)

    monkeypatch.setattr(DatabaseCache, "_base_set", lost_once)

    cache.set("a", 2)

    assert (tries, cache.get("a")) == (["set", "set"], 2)
    assert not cache.add("a", 3)
