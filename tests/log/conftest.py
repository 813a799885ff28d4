"""The log as a story: what it says, in order."""

from __future__ import annotations

import pytest

from tests.admin.conftest import staff_with  # noqa: F401
from tests.oauth.conftest import _address, app, ask, make_app  # noqa: F401 - fixtures
from users.models import LogEvent


@pytest.fixture
def shop(api):
    """A client that holds every scope."""
    return api()


@pytest.fixture
def story(db):
    """Types of the events from here on, oldest first, with what more is asked for of each."""
    begin = LogEvent.objects.count()

    def read_entries(*names: str) -> list:
        events = LogEvent.objects.order_by("pk")[begin:]
        return [
            tuple(getattr(one, name) for name in ("type", *names)) if names else one.type for one in events
        ]

    return read_entries
