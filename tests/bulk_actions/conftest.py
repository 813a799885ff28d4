"""Staff with single permissions, as on the dashboard."""

from tests.admin.conftest import staff_with

__all__ = ["staff_with"]
