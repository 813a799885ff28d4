"""What the tests of mail share."""

from __future__ import annotations

import pytest

from tests.admin.conftest import staff_with as staff_with


@pytest.fixture
def shop(api):
    """A client that holds every scope."""
    return api()
