"""What the tests of mail share."""

from __future__ import annotations

import pytest


@pytest.fixture
def shop(api):
    """A client that holds every scope."""
    return api()
