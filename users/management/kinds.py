"""The code of every kind of job. A worker knows those that are imported here."""

from users.actions import build_indexes, clear_expired
from users.web import verification

__all__ = ["build_indexes", "clear_expired", "verification"]
