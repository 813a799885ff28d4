"""The code of every kind of job. A worker knows those that are imported here."""

from users.actions import clear_expired
from users.survey import read
from users.web import verification

__all__ = ["clear_expired", "read", "verification"]
