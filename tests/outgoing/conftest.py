"""A receiver of requests, as the webhooks have it."""

from __future__ import annotations

from tests.webhooks.conftest import receiver

__all__ = ["receiver"]
