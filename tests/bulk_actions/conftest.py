"""Staff with single permissions and many users, as on the dashboard."""

from tests.admin.conftest import crowd, staff_with

__all__ = ["crowd", "staff_with"]
