from __future__ import annotations

import pytest
from django.core.cache import cache

pytestmark = pytest.mark.django_db


def test_a_crowd_does_not_wash_counted_attempts_away():
    cache.set("attempts", 5)

    for number in range(400):
        cache.set(f"somebody-else-{number}", 1)

    assert cache.get("attempts") == 5
