"""Keys are what is tested here."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _one_key():
    """Each is its own."""
