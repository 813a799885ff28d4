"""Fixtures of lists: those of searching."""

from __future__ import annotations

from tests.search.conftest import crowd, plan

__all__ = ["crowd", "plan"]
